// Byte lengths of tensors, in the file and after decoding.
import type { StoredMatrix, StoredTensor } from './header.ts';

/** Bytes of a value of each type of a tensor; strings have no fixed length. */
const VALUE_BYTES = { float32: 4, int32: 4, bool: 1, complex64: 8 };
/** Bytes of a quantized value. */
const QUANTIZED_BYTES = { uint8: 1, uint16: 2, float16: 2 };

/** Typed arrays of the types that a format stores. */
export const PACKED_ARRAYS = {
  float32: Float32Array,
  int32: Int32Array,
  uint32: Uint32Array,
  uint16: Uint16Array,
  uint8: Uint8Array,
};

/** Bytes of a tensor as TensorFlow.js keeps it; no size for a type that is not known. */
export function decodedBytes([, dtype, shape, storage]: StoredTensor): number {
  if (dtype === 'string') return storage?.bytes as number;
  const quantization = storage?.spec?.quantization as { readonly dtype?: unknown } | undefined;
  return product(shape) * Number(quantization ? own(QUANTIZED_BYTES, quantization.dtype) : own(VALUE_BYTES, dtype));
}

/** Bytes of a tensor in the file, 0 for a copy; NaN for a type that is not known. */
export function storedBytes(tensor: StoredTensor): number {
  const [, , , { seed, matrix } = {}, copyOf] = tensor;
  if ((seed ?? copyOf) !== undefined) return 0;
  if (!matrix) return decodedBytes(tensor);
  return total(Object.values(matrix.tensors), packedBytes);
}

/** The sum of the lengths of all tensors. */
export function total<T>(tensors: readonly T[], bytes: (tensor: T) => number): number {
  return tensors.reduce((sum, tensor) => sum + bytes(tensor), 0);
}

/** Bytes of one tensor of a compressed matrix; NaN for a type that is not known. */
export function packedBytes([dtype, ...shape]: StoredMatrix['tensors'][string]): number {
  return product(shape) * Number(own(PACKED_ARRAYS, dtype)?.BYTES_PER_ELEMENT);
}

/** Number of values; NaN if a side is no size, or if the number is not a safe integer. */
export function product(shape: readonly number[]): number {
  const values = Array.isArray(shape) && shape.every(isSize) ? shape.reduce((values, side) => values * side, 1) : -1;
  return isSize(values) ? values : Number.NaN;
}

/** Whether a value is a size: a safe integer of at least 0. */
export function isSize(value: unknown): value is number {
  return Number.isSafeInteger(value) && (value as number) >= 0;
}

function own<T>(table: Readonly<Record<string, T>>, key: unknown): T | undefined {
  return typeof key === 'string' && Object.hasOwn(table, key) ? table[key] : undefined;
}
