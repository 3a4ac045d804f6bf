// Strided matrix views of arrays: transposes, blocks and copies.
import { GCompressError, type Shape2D } from '@gcompress/core';
import { assertShape2D, describeValue } from '@gcompress/core/checks';
import type { Values, View, View64 } from '@gcompress/core/hosts';

export type { Values, View, View64 };

/** A row-major matrix `[m, n]` of either precision. A `Matrix` of `@gcompress/core` is one. */
export interface Dense<V extends Values = Values> {
  readonly shape: Shape2D;
  readonly data: V;
}

/**
 * A view of a whole row-major matrix.
 *
 * @throws GCompressError `invalid-matrix` when its data does not fill its shape.
 */
export function viewOf<V extends Values>(matrix: Dense<V>, where = 'matrix'): View<V> {
  const { shape, data } = denseParts(matrix, where);
  assertShape2D(shape, where);
  const [rows, cols] = shape;
  if (data.length !== rows * cols) {
    throw new GCompressError('invalid-matrix', {
      where,
      expected: `${rows} × ${cols} = ${rows * cols} values`,
      actual: `${data.length} values`,
      hint: 'Pass the values in row-major order.',
    });
  }
  return rowMajor(data, rows, cols);
}

/** The argument as a matrix, after a check of its type. */
function denseParts<V extends Values>(matrix: Dense<V>, where: string): Dense<V> {
  const given: { readonly shape?: unknown; readonly data?: unknown } | null | undefined = matrix;
  const values = given?.data instanceof Float32Array || given?.data instanceof Float64Array;
  if (values && Array.isArray(given.shape)) return matrix;
  throw new GCompressError('invalid-matrix', {
    where,
    expected: 'a matrix { shape: [rows, columns], data } with float32 or float64 data',
    actual: typeof given === 'object' && given !== null ? describeParts(given) : describeValue(given),
  });
}

function describeParts({ shape, data }: { readonly shape?: unknown; readonly data?: unknown }): string {
  return `shape ${describeValue(shape)} and data ${describeValue(data)}`;
}

/**
 * A view of a whole row-major square matrix.
 *
 * @throws GCompressError `shape-mismatch` when it is not square, `invalid-matrix` when its data does not fill its shape.
 */
export function squareViewOf<V extends Values>(matrix: Dense<V>, where: string): View<V> {
  const view = viewOf(matrix, where);
  if (view.rows === view.cols) return view;
  throw new GCompressError('shape-mismatch', {
    where,
    expected: 'a square matrix',
    actual: `[${view.rows}, ${view.cols}]`,
  });
}

/** An array `[rows · cols]` read as a row-major matrix. */
export function rowMajor<V extends Values>(data: V, rows: number, cols: number): View<V> {
  return { data, rows, cols, offset: 0, rowStride: cols, colStride: 1 };
}

/** The matrix of a row-major view, which must cover its whole array. */
export function denseOf({ data, rows, cols }: View64): Dense<Float64Array> {
  return { shape: [rows, cols], data };
}

/** A new matrix `[rows, cols]` of zeros. */
export function zeros(rows: number, cols: number): View64 {
  return rowMajor(new Float64Array(rows * cols), rows, cols);
}

/** The transpose, as a view of the same array. */
export function transposed<V extends Values>(view: View<V>): View<V> {
  const { data, rows, cols, offset, rowStride, colStride } = view;
  return { data, rows: cols, cols: rows, offset, rowStride: colStride, colStride: rowStride };
}

/** The block of `rows × cols` that begins at (`row`, `col`). An omitted size extends to the end of the matrix. */
export function block<V extends Values>(
  view: View<V>,
  row: number,
  col: number,
  rows = view.rows - row,
  cols = view.cols - col,
): View<V> {
  const offset = view.offset + row * view.rowStride + col * view.colStride;
  return { ...view, rows, cols, offset };
}

/** A row-major float64 copy. */
export function copied(view: View): View64 {
  const { data, rows, cols, offset, rowStride, colStride } = view;
  const copy = zeros(rows, cols);
  for (let i = 0, at = 0; i < rows; i++) {
    for (let j = 0, from = offset + i * rowStride; j < cols; j++, from += colStride) copy.data[at++] = data[from];
  }
  return copy;
}

/** Copies entry by entry into a view of the same shape. */
export function copyInto(from: View, into: View64): void {
  for (let i = 0; i < from.rows; i++) {
    let source = from.offset + i * from.rowStride;
    let target = into.offset + i * into.rowStride;
    for (let j = 0; j < from.cols; j++, source += from.colStride, target += into.colStride) {
      into.data[target] = from.data[source];
    }
  }
}

/** Copies the upper triangle to the lower triangle. */
export function mirrorUpper({ data, rows, offset, rowStride, colStride }: View64): void {
  for (let i = 1; i < rows; i++) {
    for (let j = 0; j < i; j++) {
      data[offset + i * rowStride + j * colStride] = data[offset + j * rowStride + i * colStride];
    }
  }
}
