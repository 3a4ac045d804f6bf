// A safetensors file that says what it holds, with a checksum.
import { fileError, GCompressError } from '../checks/errors.ts';
import { assertNumber, assertType, describeValue } from '../checks/option-checks.ts';
import { newerVersion } from './container.ts';
import { crc32 } from './crc32.ts';
import { type ArrayTypes, type PackedArrays, type ReadTensors, readSafetensors } from './read-safetensors.ts';
import { type WritableTensor, writeSafetensors } from './write-safetensors.ts';

/** What a file holds. */
export interface FileKind {
  /** Name of the layout, which stands in the file. */
  readonly format: string;
  /** Version of the layout, an integer from 1 on. */
  readonly version: number;
}

/** What stands in the place of the checksum while it is computed. */
const NO_CHECKSUM = '00000000';
const CHECKSUM_KEY = '"gcompress.checksum":"';

/**
 * The bytes of a safetensors file of a kind, with a CRC-32 of the whole file.
 *
 * @throws GCompressError `contract` or `file-oversized` for tensors that cannot be stored.
 */
export function writeCheckedFile(
  { format, version }: FileKind,
  tensors: Readonly<Record<string, WritableTensor>>,
  metadata: Readonly<Record<string, string>>,
): Uint8Array {
  const file = writeSafetensors(tensors, {
    format,
    'gcompress.checksum': NO_CHECKSUM,
    'gcompress.version': String(version),
    ...metadata,
  });
  const checksum = crc32(file).toString(16).padStart(NO_CHECKSUM.length, '0');
  file.set(new TextEncoder().encode(checksum), checksumPosition(file));
  return file;
}

/**
 * What {@link writeCheckedFile} wrote. The bytes may be hostile: everything but the tensors' values and the rest of the metadata is checked.
 *
 * @param arrays the types of tensors that may occur, by the names of safetensors; those of compressed matrices if not given.
 * @throws GCompressError with a `file-…` code or `unsupported-version`; `invalid-option` for anything but bytes.
 */
export function readCheckedFile<A extends ArrayTypes = PackedArrays>(
  bytes: Uint8Array | ArrayBuffer,
  { format, version }: FileKind,
  arrays?: A,
): { readonly metadata: Readonly<Record<string, string>>; readonly tensors: ReadTensors<A> } {
  const file = asBytes(bytes);
  const { metadata, tensors } = readSafetensors(file, arrays);
  if (metadata.format !== format) throw badFile(`'${format}' as format`, describeValue(metadata.format));
  if (metadata['gcompress.version'] !== String(version)) {
    throw newerVersion('file', `layout version ${version}`, metadata['gcompress.version']);
  }
  assertChecksum(file, metadata['gcompress.checksum']);
  return { metadata, tensors };
}

/** The error for a file whose header is not what the layout says. */
export function badFile(expected: string, actual: string): GCompressError {
  return fileError('file-header', 'file', expected, actual);
}

function asBytes(bytes: unknown): Uint8Array {
  // By tag, because a frame or a test environment has classes of its own
  const tag = Object.prototype.toString.call(bytes);
  if (tag === '[object Uint8Array]' && ArrayBuffer.isView(bytes)) return bytes as Uint8Array;
  const { byteLength } = (bytes ?? {}) as Partial<ArrayBuffer>;
  // A buffer that was sent to a worker is empty, but cannot be looked at
  if (tag === '[object ArrayBuffer]') return new Uint8Array(byteLength ? (bytes as ArrayBuffer) : []);
  const hint = 'Of a response, pass `await response.arrayBuffer()`.';
  throw fileError('invalid-option', 'file bytes', 'a Uint8Array or an ArrayBuffer', describeValue(bytes), hint);
}

function assertChecksum(bytes: Uint8Array, written: string | undefined): void {
  const at = checksumPosition(bytes);
  const zeros = new TextEncoder().encode(NO_CHECKSUM);
  const sum = crc32(bytes.subarray(at + zeros.length), crc32(zeros, crc32(bytes.subarray(0, at)))).toString(16);
  if (written === sum.padStart(NO_CHECKSUM.length, '0')) return;
  throw fileError('file-checksum', 'file', `checksum ${describeValue(written)}`, sum);
}

/** Where the eight digits of the checksum stand: the first such key in the header, which the writer puts near its start. */
function checksumPosition(bytes: Uint8Array): number {
  const at = new TextDecoder('latin1').decode(bytes.subarray(0, 4096)).indexOf(CHECKSUM_KEY);
  if (at < 0 || at + CHECKSUM_KEY.length + NO_CHECKSUM.length > bytes.length) throw badFile('a checksum', 'none');
  return at + CHECKSUM_KEY.length;
}

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
