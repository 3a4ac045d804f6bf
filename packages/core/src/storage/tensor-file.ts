// Files of plain tensors, for hosts that store more than compressed matrices.
import { GCompressError } from '../checks/errors.ts';
import { assertNumber, assertType, describeValue } from '../checks/option-checks.ts';
import { type FileKind, readCheckedFile, writeCheckedFile } from './checked-file.ts';
import type { ArrayTypes, ReadTensors } from './read-safetensors.ts';
import type { WritableTensor } from './write-safetensors.ts';

const TYPES: readonly unknown[] = [Float64Array, Float32Array, Int32Array, Uint32Array, Uint16Array, Uint8Array];

/**
 * The bytes of a safetensors file of a kind, which other tools can read: tensors by name, texts under `__metadata__`, and a CRC-32 of the
 * whole file.
 *
 * @param metadata texts by name; `format` and names that begin with `gcompress.` are the file's own.
 * @throws GCompressError `invalid-option` for other arguments; `contract` or `file-oversized` for tensors that cannot be stored.
 */
export function writeTensorFile(
  kind: FileKind,
  tensors: Readonly<Record<string, WritableTensor>>,
  metadata: Readonly<Record<string, string>> = {},
): Uint8Array {
  const where = 'writeTensorFile';
  assertKind(where, kind);
  assertEntries(where, 'tensors', tensors, 'tensors with a shape and a typed array', isTensor);
  assertEntries(where, 'metadata', metadata, 'texts of other names than the file’s own', (value, name) => {
    return typeof value === 'string' && name !== 'format' && !name.startsWith('gcompress.');
  });
  return writeCheckedFile(kind, tensors, metadata);
}

/**
 * The tensors and texts of a file that {@link writeTensorFile} wrote. The bytes may be hostile: lengths, offsets, types, shapes and the checksum are
 * checked, and nothing is allocated beyond the size of the file. The values are not.
 *
 * @param arrays the types that may occur, by the names of safetensors, e.g. `{ F64: Float64Array }`.
 * @throws GCompressError with a `file-…` code or `unsupported-version`; `invalid-option` for other arguments.
 */
export function readTensorFile<A extends ArrayTypes>(
  bytes: Uint8Array | ArrayBuffer,
  kind: FileKind,
  arrays: A,
): { readonly metadata: Readonly<Record<string, string>>; readonly tensors: ReadTensors<A> } {
  assertKind('readTensorFile', kind);
  assertEntries('readTensorFile', 'arrays', arrays, 'classes of typed arrays', (type) => TYPES.includes(type));
  return readCheckedFile(bytes, kind, arrays);
}

function assertKind(where: string, kind: FileKind): void {
  assertType(where, 'kind', kind, 'object', 'Pass the name and version of the layout.');
  assertType(`${where} kind`, 'format', kind.format, 'string');
  assertNumber(`${where} kind`, 'version', kind.version, { min: 1, integer: true });
}

function isTensor(value: unknown): boolean {
  const { shape, data } = (value ?? {}) as Partial<WritableTensor>;
  return Array.isArray(shape) && TYPES.some((type) => data?.constructor === type);
}

function assertEntries(
  where: string,
  name: string,
  entries: unknown,
  expected: string,
  fits: (value: unknown, name: string) => boolean,
): void {
  assertType(where, name, entries, 'object');
  const wrong = Object.entries(entries as object).find(([key, value]) => !fits(value, key));
  if (!wrong) return;
  const actual = `${describeValue(wrong[1])} as '${wrong[0]}'`;
  throw new GCompressError('invalid-option', { where: `${where} ${name}`, expected, actual });
}
