// Reads one stored tensor after checking its type, shape and values.
import { fileError } from '../checks/errors.ts';
import { describeShape, describeValue } from '../checks/option-checks.ts';
import type { PackedMatrix, PackedTensor } from '../contract/packed-matrix.ts';
import { newerVersion } from './container.ts';

interface TypedArrays {
  float32: Float32Array;
  int32: Int32Array;
  uint32: Uint32Array;
  uint16: Uint16Array;
  uint8: Uint8Array;
}

const TYPES = {
  float32: Float32Array,
  int32: Int32Array,
  uint32: Uint32Array,
  uint16: Uint16Array,
  uint8: Uint8Array,
} as const;

/** Element types of stored tensors. */
export type PackedDtype = keyof TypedArrays;

/**
 * The element type of a stored tensor.
 *
 * @throws GCompressError `file-dtype` when it has none.
 */
export function packedDtype(data: PackedTensor['data']): PackedDtype {
  for (const [dtype, type] of Object.entries(TYPES)) if (data instanceof type) return dtype as PackedDtype;
  throw fileError('file-dtype', 'packed tensor', `${Object.keys(TYPES).join(', ')} data`, describeValue(data));
}

/**
 * The tensor `name` of a packed matrix, checked: it must exist, have one of these dtypes and this shape (`null` accepts
 * any length on an axis).
 *
 * @throws GCompressError `file-tensor` when it is missing or misshapen, `file-dtype` when its type is another.
 */
export function packedTensor<D extends PackedDtype>(
  packed: PackedMatrix,
  name: string,
  dtypes: D | readonly D[],
  shape: readonly (number | null)[],
): { readonly shape: readonly number[]; readonly data: TypedArrays[D] } {
  assertPacked(packed);
  const where = `${packed.format} tensor '${String(name)}'`;
  const tensor = Object.hasOwn(packed.tensors, name) ? packed.tensors[name] : undefined;
  const allowed: readonly PackedDtype[] = [dtypes].flat();
  const dtype = tensor && packedDtype(tensor.data);
  if (dtype && !allowed.includes(dtype)) throw fileError('file-dtype', where, allowed.map(String).join(' or '), dtype);
  const matches =
    Array.isArray(shape) &&
    tensor?.shape.length === shape.length &&
    shape.every((side, axis) => side === null || side === tensor.shape[axis]);
  if (!matches) {
    const wanted = `shape ${describeShape(shape).replaceAll('null', 'any')}`;
    throw fileError('file-tensor', where, wanted, tensor ? describeShape(tensor.shape) : 'no such tensor');
  }
  return tensor as { shape: readonly number[]; data: TypedArrays[D] };
}

/**
 * Refuses a stored matrix of a newer version than the reader knows.
 *
 * @throws GCompressError `unsupported-version`.
 */
export function assertVersion(packed: PackedMatrix, newest: number): void {
  assertPacked(packed);
  const { format, version } = packed;
  if (Number.isInteger(version) && Number.isInteger(newest) && version >= 1 && version <= newest) return;
  throw newerVersion(`format '${format}'`, `version 1 to ${String(newest)}`, version);
}

function assertPacked(packed: unknown): asserts packed is PackedMatrix {
  const { tensors } = (packed ?? {}) as Partial<PackedMatrix>;
  if (typeof tensors === 'object' && tensors !== null) return;
  throw fileError('invalid-option', 'packed matrix', 'stored tensors', describeValue(packed));
}
