// Reads one stored tensor after checking its type, shape and values.
import { GCompressError } from '../checks/errors.ts';
import { assertNumber, assertType, describeShape, describeValue } from '../checks/option-checks.ts';
import type { PackedMatrix, PackedTensor } from '../contract/compressed-format.ts';

interface TypedArrays {
  float32: Float32Array;
  int32: Int32Array;
  uint32: Uint32Array;
  uint16: Uint16Array;
  uint8: Uint8Array;
}

/** Element types of stored tensors. */
export type PackedDtype = keyof TypedArrays;

/**
 * The element type of a stored tensor.
 *
 * @throws GCompressError `file-dtype` when it has none.
 */
export function packedDtype(data: PackedTensor['data']): PackedDtype {
  if (data instanceof Float32Array) return 'float32';
  if (data instanceof Int32Array) return 'int32';
  if (data instanceof Uint32Array) return 'uint32';
  if (data instanceof Uint16Array) return 'uint16';
  if (data instanceof Uint8Array) return 'uint8';
  throw new GCompressError('file-dtype', {
    where: 'packed tensor',
    expected: 'float32, int32, uint32, uint16 or uint8 data',
    actual: describeValue(data),
  });
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
  if (!Array.isArray(shape) || (typeof dtypes !== 'string' && !Array.isArray(dtypes))) {
    throw new GCompressError('invalid-option', {
      where,
      expected: 'dtypes and a shape to read it with',
      actual: `${describeValue(dtypes)} and ${describeShape(shape)}`,
    });
  }
  const tensor = Object.hasOwn(packed.tensors, name) ? packed.tensors[name] : undefined;
  const allowed: readonly PackedDtype[] = typeof dtypes === 'string' ? [dtypes] : dtypes;
  const wanted = `[${shape.map((side) => side ?? 'any').join(', ')}]`;
  if (!tensor) {
    throw new GCompressError('file-tensor', { where, expected: `shape ${wanted}`, actual: 'no such tensor' });
  }
  if (!allowed.includes(packedDtype(tensor.data))) {
    throw new GCompressError('file-dtype', { where, expected: allowed.join(' or '), actual: packedDtype(tensor.data) });
  }
  const matches =
    tensor.shape.length === shape.length && shape.every((side, axis) => side === null || side === tensor.shape[axis]);
  if (!matches) {
    throw new GCompressError('file-tensor', {
      where,
      expected: `shape ${wanted}`,
      actual: describeShape(tensor.shape),
    });
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
  assertNumber('assertVersion', 'newest', newest, { min: 1, integer: true });
  if (!Number.isInteger(packed.version) || packed.version < 1 || packed.version > newest) {
    throw new GCompressError('unsupported-version', {
      where: `format '${packed.format}'`,
      expected: `version 1 to ${newest}`,
      actual: `${packed.version}`,
      hint: 'Update the package that decodes this format.',
    });
  }
}

function assertPacked(packed: unknown): asserts packed is PackedMatrix {
  assertType('packed matrix', 'packed', packed, 'object');
  const { tensors } = packed as Partial<PackedMatrix>;
  assertType('packed matrix', 'tensors', tensors, 'object');
}
