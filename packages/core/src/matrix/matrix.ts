// Dense float32 matrices: how to make and check them.
import { fileError, GCompressError } from '../checks/errors.ts';
import { describeShape, describeValue } from '../checks/option-checks.ts';

/** Rows and columns, both at least 1. */
export type Shape2D = readonly [rows: number, cols: number];

/** Row-major float32; `data.length === rows * cols`. The only dense type that crosses package borders. */
export interface Matrix {
  readonly shape: Shape2D;
  readonly data: Float32Array;
}

/**
 * A matrix from its shape `[m, n]` and its `m·n` values in row-major order. A `Float32Array` is used as it is,
 * not copied; anything else is converted to float32.
 *
 * @throws GCompressError `invalid-matrix` when a side is not a positive integer or the data does not fill the shape.
 */
export function matrix(shape: Shape2D, data: Float32Array | ArrayLike<number>): Matrix {
  assertShape2D(shape, 'matrix');
  if (!(data instanceof Float32Array)) assertNumbers(data);
  const made: Matrix = {
    shape: [shape[0], shape[1]],
    data: data instanceof Float32Array ? data : Float32Array.from(data),
  };
  assertMatrix(made, 'matrix');
  return made;
}

function assertNumbers(data: unknown): asserts data is ArrayLike<number> {
  const isList = Array.isArray(data) || (ArrayBuffer.isView(data) && !(data instanceof DataView));
  const values = isList ? Array.from(data as ArrayLike<unknown>) : [];
  const at = values.findIndex((value) => typeof value !== 'number');
  if (isList && at < 0) return;
  throw new GCompressError('invalid-matrix', {
    where: 'matrix data',
    expected: 'an array of numbers, or a Float32Array',
    actual: isList ? `${describeValue(values[at])} at position ${at}` : describeValue(data),
    hint: 'Pass the values in row-major order.',
  });
}

/**
 * A matrix from its rows, all of one length.
 *
 * @throws GCompressError `invalid-matrix` when there is no row, or the rows differ in length.
 */
export function fromRows(rows: readonly (readonly number[])[]): Matrix {
  const wrong = Array.isArray(rows) ? rows.findIndex((row) => !Array.isArray(row)) : 0;
  if (!Array.isArray(rows) || wrong >= 0) {
    throw new GCompressError('invalid-matrix', {
      where: 'fromRows',
      expected: 'an array of rows, each an array of numbers',
      actual: Array.isArray(rows) ? `${describeValue(rows[wrong])} as row ${wrong}` : describeValue(rows),
    });
  }
  const cols = rows[0]?.length ?? 0;
  const ragged = rows.findIndex((row) => row.length !== cols);
  if (ragged >= 0) {
    throw new GCompressError('invalid-matrix', {
      where: 'fromRows',
      expected: `rows of ${cols} values`,
      actual: `${rows[ragged]?.length} values in row ${ragged}`,
      hint: 'Give every row the same length.',
    });
  }
  return matrix([rows.length, cols], rows.flat());
}

/**
 * Checks a shape.
 *
 * @throws GCompressError `invalid-matrix` when a side is not a positive integer.
 */
export function assertShape2D(shape: unknown, where: string): asserts shape is Shape2D {
  const positive =
    Array.isArray(shape) && shape.length === 2 && shape.every((side) => Number.isSafeInteger(side) && side > 0);
  if (!positive) {
    const hint = 'An empty matrix cannot be compressed; leave it out.';
    throw fileError('invalid-matrix', where, 'two positive integers [rows, columns]', describeShape(shape), hint);
  }
}

/**
 * Checks shape and length of a matrix, not its values: {@link assertFinite} does that.
 *
 * @throws GCompressError `invalid-matrix`.
 */
export function assertMatrix(value: unknown, where: string): asserts value is Matrix {
  if (typeof value !== 'object' || value === null || !('shape' in value) || !('data' in value)) {
    throw new GCompressError('invalid-matrix', {
      where,
      expected: 'a matrix { shape: [m, n], data }',
      actual: describeValue(value),
      hint: 'Make one by matrix([m, n], values).',
    });
  }
  assertShape2D(value.shape, where);
  const [rows, cols] = value.shape;
  if (!(value.data instanceof Float32Array) || value.data.length !== rows * cols) {
    throw new GCompressError('invalid-matrix', {
      where,
      expected: `a Float32Array of ${rows} × ${cols} = ${rows * cols} values`,
      actual: value.data instanceof Float32Array ? `${value.data.length} values` : describeValue(value.data),
      hint: 'Pass the values in row-major order.',
    });
  }
}

/**
 * Checks that no entry is NaN or infinite.
 *
 * @throws GCompressError `non-finite`, naming the first such entry; `invalid-matrix`.
 */
export function assertFinite(value: Matrix, where: string): void {
  assertMatrix(value, where);
  const { data, shape } = value;
  // A plain loop: a callback an entry takes several times as long for millions of them
  let at = 0;
  while (at < data.length && Number.isFinite(data[at])) at++;
  if (at === data.length) return;
  throw new GCompressError('non-finite', {
    where,
    expected: 'finite numbers',
    actual: `${data[at]} at row ${Math.floor(at / shape[1])}, column ${at % shape[1]}`,
    hint: 'Training may have diverged; lower the learning rate or clip the gradients.',
  });
}
