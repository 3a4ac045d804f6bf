// Writes files of named compressed matrices.
import { GCompressError } from '../checks/errors.ts';
import { assertType, describeValue } from '../checks/option-checks.ts';
import { assertReadLimits, type ReadLimits } from '../checks/size-limit.ts';
import type { CompressedMatrix } from '../contract/compressed-matrix.ts';
import type { JsonObject } from '../contract/factors.ts';
import type { PackedMatrix, PackedTensor } from '../contract/packed-matrix.ts';
import { assertShape2D, type Shape2D } from '../matrix/matrix.ts';
import { writeCheckedFile } from './checked-file.ts';
import { assertTotal, isIdentity, MATRICES } from './file-layout.ts';
import { isRecord, isShallow } from './stored-json.ts';

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
    assertReadLimits('serialize', limits),
  );
  return writeCheckedFile(MATRICES, tensors, { 'gcompress.matrices': JSON.stringify(Object.fromEntries(stored)) });
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
