// Files of named compressed matrices, in a safetensors container.
import { GCompressError } from '../checks/errors.ts';
import { assertKnownOptions, assertNumber, assertType, describeValue } from '../checks/option-checks.ts';
import { assertElementLimit, MAX_ELEMENTS, type ReadLimits } from '../checks/size-limit.ts';
import type { PackedMatrix, PackedTensor } from '../contract/compressed-format.ts';
import { type CompressedMatrix, createCompressedMatrix } from '../contract/compressed-matrix.ts';
import type { JsonObject } from '../contract/factors.ts';
import { assertShape2D, type Shape2D } from '../matrix/matrix.ts';
import { crc32 } from './crc32.ts';
import type { FormatRegistry } from './format-registry.ts';
import { readSafetensors, writeSafetensors } from './safetensors.ts';
import { isRecord, isShallow, parseObject } from './stored-json.ts';

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
 * under `__metadata__`, and a CRC-32 of the whole file. It writes nothing that {@link deserialize} refuses under the same limits.
 *
 * @param limits those that readers will use, if not the default ones.
 * @throws GCompressError `invalid-option` for anything but a compressed matrix, and when two tensors would have one name in the file;
 *   `contract` when a format packs what cannot be stored; `invalid-matrix` or `file-oversized` for a shape that readers refuse.
 */
export function serialize(matrices: Readonly<Record<string, CompressedMatrix>>, limits: ReadLimits = {}): Uint8Array {
  assertType('serialize', 'matrices', matrices, 'object');
  if (matrices instanceof Promise) throw notAMatrix('serialize matrices', 'compressed matrices by name', matrices);
  const tensors: Record<string, PackedTensor> = {};
  const stored: [string, StoredMatrix][] = [];
  for (const [name, compressed] of Object.entries(matrices)) {
    const { tensors: packed, format, version, shape, config } = packedForm(name, compressed);
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
    stored.push([name, { format, version, shape, config, tensors: Object.fromEntries(names) }]);
  }
  assertTotal(
    'serialize',
    stored.map(([, { shape }]) => shape),
    limits,
  );
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

/** What a matrix packs, checked as far as readers check it before they hand it to its format. */
function packedForm(name: string, compressed: CompressedMatrix): PackedMatrix {
  const where = `serialize matrix '${name}'`;
  if (!isRecord(compressed) || typeof compressed.pack !== 'function') {
    throw notAMatrix(where, 'a compressed matrix', compressed);
  }
  const packed: PackedMatrix = compressed.pack();
  if (!isRecord(packed) || !isRecord(packed.tensors) || !isIdentity(packed.format, packed.version)) {
    throw notStored(where, 'a format, a version and tensors', packed);
  }
  assertShape2D(packed.shape, where);
  if (!isStorable(packed.config)) throw notStored(where, 'a config of JSON values', packed.config);
  for (const [tensor, value] of Object.entries<unknown>(packed.tensors)) {
    if (!isRecord(value) || !isPackedData(value.data)) {
      throw notStored(`${where} tensor '${tensor}'`, 'float32, int32, uint32, uint16 or uint8 data', value);
    }
  }
  return packed;
}

function notAMatrix(where: string, expected: string, actual: unknown): GCompressError {
  return new GCompressError('invalid-option', {
    where,
    expected,
    actual: describeValue(actual),
    hint: 'Await a compressor that gives a promise, and leave out what is not compressed.',
  });
}

function isIdentity(format: unknown, version: unknown): boolean {
  return typeof format === 'string' && Number.isSafeInteger(version) && (version as number) > 0;
}

function isPackedData(data: unknown): boolean {
  return [Float32Array, Int32Array, Uint32Array, Uint16Array, Uint8Array].some((Type) => data instanceof Type);
}

/** Whether a config is an object that is the same once it was written and read: JSON values alone, not too deep. */
function isStorable(config: unknown): boolean {
  const isJson = (value: unknown): boolean =>
    typeof value === 'object' && value !== null
      ? (Array.isArray(value) || [Object.prototype, null].includes(Object.getPrototypeOf(value))) &&
        Object.values(value).every(isJson)
      : value === null || ['string', 'boolean'].includes(typeof value) || Number.isFinite(value);
  // Beside the config of a matrix the list of matrices holds two levels
  return isRecord(config) && isShallow([[config]]) && isJson(config);
}

function notStored(where: string, expected: string, actual: unknown): GCompressError {
  return new GCompressError('contract', {
    where,
    expected,
    actual: describeValue(actual),
    hint: 'The format packs what no reader accepts; report it to its author.',
  });
}

/**
 * The matrices of a file. The bytes may be hostile: everything is checked before it is used, and nothing is allocated
 * beyond the size of the file and the limits.
 *
 * @param bytes the file: a `Uint8Array`, a Node.js `Buffer`, or an `ArrayBuffer` as `(await fetch(url)).arrayBuffer()` gives it.
 * @param formats the formats that may occur; one that does not is refused. Pass formats (`@gcompress/…/format`) rather than methods
 *   where a program only decodes, so that no encoder is loaded.
 * @param limits how much the file may announce, e.g. `{ maxElements: 10_000_000 }`.
 * @throws GCompressError with a `file-…` code, `unknown-format` or `unsupported-version`; `invalid-option` for other arguments.
 */
export async function deserialize(
  bytes: Uint8Array | ArrayBuffer,
  formats: FormatRegistry,
  limits: ReadLimits = {},
): Promise<Record<string, CompressedMatrix>> {
  const file = asBytes(bytes);
  assertType('deserialize', 'formats', formats, 'object', 'Make it by createFormatRegistry([ … ]).');
  assertType('deserialize formats', 'get', formats.get, 'function', 'Make it by createFormatRegistry([ … ]).');
  const { metadata, tensors } = readSafetensors(file);
  if (metadata.format !== 'gcompress') throw badFile("'gcompress' as format", String(metadata.format).slice(0, 60));
  const version = Number(metadata['gcompress.version']);
  if (!Number.isInteger(version) || version < 1 || version > FILE_VERSION) {
    throw new GCompressError('unsupported-version', {
      where: 'file',
      expected: `layout version 1 to ${FILE_VERSION}`,
      actual: String(metadata['gcompress.version']).slice(0, 60),
      hint: 'Update @gcompress/core to read it.',
    });
  }
  assertChecksum(file, metadata['gcompress.checksum']);
  const stored = parseObject(metadata['gcompress.matrices'] ?? '', 'file', 'a list of matrices');
  const used = new Set<string>();
  const packed = Object.entries(stored).map(([name, entry]) => [name, toPacked(name, entry, tensors, used)] as const);
  if (used.size !== Object.keys(tensors).length) {
    throw badFile('tensors that all belong to a matrix', `${Object.keys(tensors).length - used.size} that do not`);
  }
  // Before the first one is unpacked, so that many matrices cost no more than one may
  const most = assertTotal(
    'file',
    packed.map(([, { shape }]) => shape),
    limits,
  );
  const matrices: [string, CompressedMatrix][] = [];
  for (const [name, one] of packed) {
    const format = await formats.get(one.format);
    if (one.version > format.version) {
      throw new GCompressError('unsupported-version', {
        where: `matrix '${name}'`,
        expected: `${format.id} version 1 to ${format.version}`,
        actual: `${one.version}`,
        hint: 'Update the package that decodes this format.',
      });
    }
    const { shape, config } = one;
    const factors = format.unpack(one, { maxElements: most });
    matrices.push([name, createCompressedMatrix(format, { shape, config, factors })]);
  }
  return Object.fromEntries(matrices);
}

function asBytes(bytes: unknown): Uint8Array {
  // By tag, because a frame or a test environment has classes of its own
  const tag = Object.prototype.toString.call(bytes);
  if (tag === '[object Uint8Array]' && ArrayBuffer.isView(bytes)) return bytes as Uint8Array;
  if (bytes instanceof ArrayBuffer || (tag === '[object ArrayBuffer]' && isRecord(bytes) && 'byteLength' in bytes)) {
    // A buffer that was sent to a worker is empty, but cannot be looked at
    return bytes.byteLength === 0 ? new Uint8Array(0) : new Uint8Array(bytes as ArrayBuffer);
  }
  throw new GCompressError('invalid-option', {
    where: 'deserialize bytes',
    expected: 'a Uint8Array or an ArrayBuffer',
    actual: describeValue(bytes),
    hint: 'Of a response, pass `await response.arrayBuffer()`.',
  });
}

/** Refuses matrices that are larger than the limit, alone or together; returns the limit. */
function assertTotal(where: string, shapes: readonly Shape2D[], limits: ReadLimits): number {
  assertKnownOptions(`${where} limits`, limits, ['maxElements']);
  const { maxElements = MAX_ELEMENTS } = limits;
  assertNumber(`${where} limits`, 'maxElements', maxElements, { min: 0, integer: true });
  const total = shapes.reduce((sum, [rows, cols]) => {
    assertElementLimit(rows * cols, where);
    return sum + rows * cols;
  }, 0);
  assertElementLimit(total, where, maxElements);
  return maxElements;
}

function toPacked(
  name: string,
  stored: unknown,
  tensors: Readonly<Record<string, PackedTensor>>,
  used: Set<string>,
): PackedMatrix {
  if (!isRecord(stored)) throw badFile(`an object for matrix '${name}'`, describeValue(stored));
  const { format, version, shape, config, tensors: names } = stored;
  if (!isIdentity(format, version)) {
    throw badFile(`a format and version for matrix '${name}'`, `${describeValue(format)} ${describeValue(version)}`);
  }
  if (!Array.isArray(shape) || !isRecord(config) || !isRecord(names)) {
    throw badFile(`shape, config and tensors for matrix '${name}'`, Object.keys(stored).join(', '));
  }
  assertShape2D(shape, `matrix '${name}'`);
  const packed = Object.entries(names).map(([tensor, fileName]) => {
    if (typeof fileName !== 'string' || !Object.hasOwn(tensors, fileName) || used.has(fileName)) {
      throw new GCompressError('file-tensor', {
        where: `matrix '${name}'`,
        expected: `a tensor of its own for '${tensor}'`,
        actual: describeValue(fileName),
      });
    }
    used.add(fileName);
    return [tensor, tensors[fileName]] as const;
  });
  return {
    format: format as string,
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

function badFile(expected: string, actual: string): GCompressError {
  return new GCompressError('file-header', { where: 'file', expected, actual });
}
