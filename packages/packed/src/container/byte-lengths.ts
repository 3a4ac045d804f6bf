// How many bytes tensors take, in the file and once they are decoded.
import type { StoredMatrix, StoredTensor } from './header.ts';

/** Bytes of a value of each type that TensorFlow.js stores; strings have lengths of their own. */
const VALUE_BYTES: Readonly<Record<string, number>> = {
  float32: 4,
  int32: 4,
  bool: 1,
  complex64: 8,
  uint8: 1,
  uint16: 2,
  float16: 2,
};

/** Bytes of a value of each type that a format stores. */
const PACKED_BYTES: Readonly<Record<string, number>> = { float32: 4, int32: 4, uint32: 4, uint16: 2, uint8: 1 };

/** Bytes of a tensor as TensorFlow.js keeps it; NaN for a type that is not known. */
export function decodedBytes([, dtype, shape, storage]: StoredTensor): number {
  if (dtype === 'string') return storage?.bytes ?? Number.NaN;
  const quantization = storage?.spec?.quantization as { readonly dtype?: unknown } | undefined;
  return product(shape) * own(VALUE_BYTES, quantization === undefined ? dtype : quantization.dtype);
}

/** Bytes of a tensor in the file; NaN for a type that is not known. */
export function storedBytes(tensor: StoredTensor): number {
  const storage = tensor[3];
  if (storage?.seed !== undefined) return 0;
  if (storage?.matrix === undefined) return decodedBytes(tensor);
  return Object.values(storage.matrix.tensors).reduce((sum, entry) => sum + packedBytes(entry), 0);
}

/** Bytes of one tensor of a compressed matrix; NaN for a type that is not known. */
export function packedBytes([dtype, ...shape]: StoredMatrix['tensors'][string]): number {
  return product(shape) * own(PACKED_BYTES, dtype);
}

/** Number of values; NaN where a side is no size, and where there are more than can be counted. */
export function product(shape: readonly number[]): number {
  if (!Array.isArray(shape) || !shape.every((side) => Number.isSafeInteger(side) && side >= 0)) return Number.NaN;
  const values = shape.reduce((values, side) => values * side, 1);
  return Number.isSafeInteger(values) ? values : Number.NaN;
}

function own(table: Readonly<Record<string, number>>, key: unknown): number {
  return typeof key === 'string' && Object.hasOwn(table, key) ? table[key] : Number.NaN;
}
