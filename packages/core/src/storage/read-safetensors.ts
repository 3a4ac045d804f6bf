// Reads the safetensors container.
import { fileError, type GCompressError } from '../checks/errors.ts';
import { describeShape, describeValue } from '../checks/option-checks.ts';
import type { PackedTensor } from '../contract/packed-matrix.ts';
import { valueCount } from '../tensors/element-count.ts';
import { assertHeaderLimit, assertLittleEndian, assertTensorLimit, PREFIX_BYTES } from './container.ts';
import { isRecord, isSizes, parseObject } from './stored-json.ts';

const ARRAYS = {
  F32: Float32Array,
  I32: Int32Array,
  U32: Uint32Array,
  U16: Uint16Array,
  U8: Uint8Array,
} as const;

/** The arrays of compressed matrices, by the names of safetensors. */
export type PackedArrays = typeof ARRAYS;

/** Classes of typed arrays by the names of safetensors, such as `{ F64: Float64Array }`. */
export type ArrayTypes = Readonly<Record<string, ArrayType>>;

/** Tensors of these types, by name. */
export type ReadTensors<A extends ArrayTypes> = Readonly<
  Record<string, { readonly shape: readonly number[]; readonly data: InstanceType<A[keyof A]> }>
>;

interface ArrayType {
  new (bytes: ArrayBuffer): PackedTensor['data'] | Float64Array;
  readonly BYTES_PER_ELEMENT: number;
}

interface TensorEntry {
  readonly name: string;
  readonly type: ArrayType;
  readonly shape: readonly number[];
  readonly begin: number;
  readonly end: number;
}

/**
 * Reads a safetensors file as hostile input: lengths, offsets, dtypes and shapes are checked before anything is allocated.
 *
 * @param arrays the types that may occur; those of compressed matrices if not given.
 * @throws GCompressError `file-truncated`, `file-header`, `file-oversized`, `file-overlap` or `file-dtype`.
 */
export function readSafetensors<A extends ArrayTypes = PackedArrays>(
  file: Uint8Array,
  arrays?: A,
): { readonly metadata: Readonly<Record<string, string>>; readonly tensors: ReadTensors<A> } {
  assertLittleEndian();
  const { header, dataStart } = readHeader(file);
  const { __metadata__: metadata = {}, ...rest } = header;
  if (!isRecord(metadata) || Object.values(metadata).some((value) => typeof value !== 'string')) {
    throw badHeader('__metadata__ with strings', describeValue(metadata));
  }
  const entries = Object.entries(rest).map(([name, entry]) => checkedEntry(name, entry, arrays ?? ARRAYS));
  assertGapless(entries, file.length - dataStart);
  const tensors = entries.map(({ name, type, shape, begin, end }) => {
    // A copy, because the file may start at an address that its tensors cannot be read from in place; not by slice(),
    // which gives a view when the file is a Node.js Buffer
    const bytes = new Uint8Array(file.subarray(dataStart + begin, dataStart + end));
    return [name, { shape, data: new type(bytes.buffer) }] as const;
  });
  return { metadata: metadata as Record<string, string>, tensors: Object.fromEntries(tensors) as ReadTensors<A> };
}

function readHeader(file: Uint8Array): { header: Record<string, unknown>; dataStart: number } {
  if (file.length < PREFIX_BYTES) throw truncated(`at least ${PREFIX_BYTES} bytes`, file.length);
  const announced = Number(new DataView(file.buffer, file.byteOffset).getBigUint64(0, true));
  assertHeaderLimit(announced);
  const dataStart = PREFIX_BYTES + announced;
  if (file.length < dataStart) throw truncated(`a header of ${announced} bytes`, file.length);
  return {
    header: parseObject(file.subarray(PREFIX_BYTES, dataStart), 'file header', 'a JSON object'),
    dataStart,
  };
}

function checkedEntry(name: string, entry: unknown, arrays: ArrayTypes): TensorEntry {
  if (!isRecord(entry)) throw badHeader(`an object for tensor '${name}'`, describeValue(entry));
  const { dtype, shape, data_offsets: offsets } = entry;
  const type = typeof dtype === 'string' && Object.hasOwn(arrays, dtype) ? arrays[dtype] : undefined;
  if (!type) {
    throw fileError('file-dtype', `tensor '${name}'`, `one of ${Object.keys(arrays).join(', ')}`, describeValue(dtype));
  }
  if (!isSizes(shape)) throw badHeader(`a shape for tensor '${name}'`, describeShape(shape));
  if (!isSizes(offsets) || offsets.length !== 2)
    throw badHeader(`offsets for tensor '${name}'`, describeShape(offsets));
  assertTensorLimit(name, shape);
  const bytes = valueCount(shape) * type.BYTES_PER_ELEMENT;
  const [begin, end] = offsets;
  if (end - begin !== bytes) throw badHeader(`${bytes} bytes for tensor '${name}'`, `${end - begin}`);
  return { name, type, shape, begin, end };
}

/** The tensors must fill the data section: nothing shared, nothing left over. */
function assertGapless(entries: readonly TensorEntry[], available: number): void {
  let filled = 0;
  for (const { name, begin, end } of [...entries].sort((a, b) => a.begin - b.begin || a.end - b.end)) {
    if (begin !== filled) throw overlap(`tensor '${name}'`, `to begin at byte ${filled} of the data`, `byte ${begin}`);
    filled = end;
  }
  if (filled > available) throw truncated(`${filled} bytes of data`, available);
  if (filled < available) throw overlap('file data', `${filled} bytes that belong to tensors`, `${available}`);
}

function overlap(where: string, expected: string, actual: string): GCompressError {
  return fileError('file-overlap', where, expected, actual);
}

function badHeader(expected: string, actual: string): GCompressError {
  return fileError('file-header', 'file header', expected, actual);
}

function truncated(expected: string, actual: number): GCompressError {
  return fileError('file-truncated', 'file', expected, `${actual}`);
}
