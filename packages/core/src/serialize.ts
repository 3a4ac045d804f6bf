import type { PackedMatrix, PackedTensor } from './compressed-format.ts';
import { type CompressedMatrix, createCompressedMatrix } from './compressed-matrix.ts';
import { crc32 } from './crc32.ts';
import { GCompressError } from './errors.ts';
import type { JsonObject } from './factors.ts';
import type { FormatRegistry } from './format-registry.ts';
import { assertElementLimit } from './limits.ts';
import { assertShape2D, type Shape2D } from './matrix.ts';
import { readSafetensors, writeSafetensors } from './safetensors.ts';

/** Version of the file layout; each format has a version of its own. */
const FILE_VERSION = 1;
const NO_CHECKSUM = '00000000';
const CHECKSUM_KEY = '"gcompress.checksum":"';

interface StoredMatrix {
  readonly format: string;
  readonly version: number;
  readonly shape: Shape2D;
  readonly config: JsonObject;
  /** Name of each packed tensor → name of the tensor in the file. */
  readonly tensors: Readonly<Record<string, string>>;
}

/**
 * The bytes of a file with these compressed matrices: a safetensors container that other tools can open, our own header
 * under `__metadata__`, and a CRC-32 of the whole file.
 *
 * @throws GCompressError `contract` when a packed tensor does not fill its shape; `invalid-option` when two tensors would
 *   have one name in the file.
 */
export function serialize(matrices: Readonly<Record<string, CompressedMatrix>>): Uint8Array {
  const tensors: Record<string, PackedTensor> = {};
  const stored: [string, StoredMatrix][] = [];
  for (const [name, compressed] of Object.entries(matrices)) {
    const { tensors: packed, ...rest } = compressed.pack();
    const names = Object.keys(packed).map((tensor) => [tensor, `${name}/${tensor}`] as const);
    for (const [tensor, fileName] of names) {
      if (Object.hasOwn(tensors, fileName)) {
        throw new GCompressError('invalid-option', {
          where: 'serialize',
          expected: 'names that tell the tensors apart',
          actual: `'${fileName}' twice`,
          hint: 'Rename the matrix.',
        });
      }
      tensors[fileName] = packed[tensor];
    }
    stored.push([name, { ...rest, tensors: Object.fromEntries(names) }]);
  }
  const file = writeSafetensors(tensors, {
    format: 'gcompress',
    'gcompress.checksum': NO_CHECKSUM,
    'gcompress.version': String(FILE_VERSION),
    'gcompress.matrices': JSON.stringify(Object.fromEntries(stored)),
  });
  const checksum = crc32(file).toString(16).padStart(NO_CHECKSUM.length, '0');
  file.set(new TextEncoder().encode(checksum), checksumPosition(file));
  return file;
}

/**
 * The matrices of a file. The bytes may be hostile: everything is checked before it is used, and nothing is allocated
 * beyond the size of the file and the limit of `MAX_ELEMENTS` values a matrix.
 *
 * @param formats the formats that may occur; one that does not is refused.
 * @throws GCompressError with a `file-…` code, `unknown-format` or `unsupported-version`.
 */
export async function deserialize(
  bytes: Uint8Array,
  formats: FormatRegistry,
): Promise<Record<string, CompressedMatrix>> {
  const { metadata, tensors } = readSafetensors(bytes);
  if (metadata.format !== 'gcompress') throw badFile("'gcompress' as format", String(metadata.format));
  const version = Number(metadata['gcompress.version']);
  if (version !== FILE_VERSION) {
    throw new GCompressError('unsupported-version', {
      where: 'file',
      expected: `version ${FILE_VERSION}`,
      actual: String(metadata['gcompress.version']),
      hint: 'Update @gcompress/core to read it.',
    });
  }
  assertChecksum(bytes, metadata['gcompress.checksum']);
  const entries = Object.entries(parseStored(metadata['gcompress.matrices']));
  const used = new Set<string>();
  const matrices: [string, CompressedMatrix][] = [];
  for (const [name, stored] of entries) {
    const packed = toPacked(name, stored, tensors, used);
    const format = await formats.get(packed.format);
    if (packed.version > format.version) {
      throw new GCompressError('unsupported-version', {
        where: `matrix '${name}'`,
        expected: `${format.id} version 1 to ${format.version}`,
        actual: `${packed.version}`,
        hint: 'Update the package that decodes this format.',
      });
    }
    const { shape, config } = packed;
    matrices.push([name, createCompressedMatrix(format, { shape, config, factors: format.unpack(packed) })]);
  }
  if (used.size !== Object.keys(tensors).length) {
    throw badFile('tensors that all belong to a matrix', `${Object.keys(tensors).length - used.size} that do not`);
  }
  return Object.fromEntries(matrices);
}

function parseStored(text: string | undefined): Record<string, unknown> {
  try {
    const parsed: unknown = JSON.parse(text ?? '');
    if (isObject(parsed)) return parsed;
  } catch (cause) {
    throw badFile('a list of matrices', 'no JSON', cause);
  }
  throw badFile('a list of matrices', String(text).slice(0, 40));
}

function toPacked(
  name: string,
  stored: unknown,
  tensors: Readonly<Record<string, PackedTensor>>,
  used: Set<string>,
): PackedMatrix {
  if (!isObject(stored)) throw badFile(`an object for matrix '${name}'`, typeof stored);
  const { format, version, shape, config, tensors: names } = stored;
  if (typeof format !== 'string' || !Number.isSafeInteger(version) || (version as number) < 1) {
    throw badFile(`a format and version for matrix '${name}'`, `${String(format)} ${String(version)}`);
  }
  if (!Array.isArray(shape) || !isObject(config) || !isObject(names)) {
    throw badFile(`shape, config and tensors for matrix '${name}'`, Object.keys(stored).join(', '));
  }
  assertShape2D(shape, `matrix '${name}'`);
  assertElementLimit(shape[0] * shape[1], `matrix '${name}'`);
  const packed = Object.entries(names).map(([tensor, fileName]) => {
    if (typeof fileName !== 'string' || !Object.hasOwn(tensors, fileName) || used.has(fileName)) {
      throw new GCompressError('file-tensor', {
        where: `matrix '${name}'`,
        expected: `a tensor of its own for '${tensor}'`,
        actual: String(fileName),
      });
    }
    used.add(fileName);
    return [tensor, tensors[fileName]] as const;
  });
  return {
    format,
    version: version as number,
    shape,
    config: config as JsonObject,
    tensors: Object.fromEntries(packed),
  };
}

function assertChecksum(bytes: Uint8Array, written: string | undefined): void {
  const at = checksumPosition(bytes);
  const end = at + NO_CHECKSUM.length;
  const zeros = new TextEncoder().encode(NO_CHECKSUM);
  const sum = crc32(bytes.subarray(end), crc32(zeros, crc32(bytes.subarray(0, at))));
  if (written === sum.toString(16).padStart(NO_CHECKSUM.length, '0')) return;
  throw new GCompressError('file-checksum', {
    where: 'file',
    expected: `checksum ${String(written).slice(0, 16)}`,
    actual: sum.toString(16),
    hint: 'The file was damaged; copy or download it again.',
  });
}

/** Where the eight digits of the checksum stand: the first such key in the header, which the writer puts near its start. */
function checksumPosition(bytes: Uint8Array): number {
  const key = new TextEncoder().encode(CHECKSUM_KEY);
  const limit = Math.min(bytes.length - NO_CHECKSUM.length, 4096) - key.length;
  for (let at = 0; at <= limit; at++) {
    if (key.every((byte, i) => bytes[at + i] === byte)) return at + key.length;
  }
  throw badFile('a checksum', 'none');
}

function isObject(value: unknown): value is Record<string, unknown> {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}

function badFile(expected: string, actual: string, cause?: unknown): GCompressError {
  return new GCompressError('file-header', { where: 'file', expected, actual, cause });
}
