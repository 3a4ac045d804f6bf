// Converts a weight of any rank to a matrix whose columns are the output channels, and back.
import { GCompressError, type Matrix, matrix } from '@gcompress/core';
import { assertMatrix, describeValue } from '@gcompress/core/checks';

/**
 * The matrix of a weight. Its columns are the last axis, or with `swapped` the last axis but one; its rows are all other axes.
 *
 * @returns undefined for a weight with fewer than two axes or with an empty axis.
 * @throws GCompressError `shape-mismatch` when the values do not fill the shape, `invalid-option` for other types.
 */
export function matrixOfWeight(values: Float32Array, shape: readonly number[], swapped: boolean): Matrix | undefined {
  assertFills('matrixOfWeight', values, shape);
  if (shape.length < 2 || values.length === 0) return undefined;
  const [outer, inner] = shape.slice(-2);
  if (!swapped) return matrix([values.length / inner, inner], values);
  return matrix([values.length / outer, outer], exchanged(values, outer, inner));
}

/**
 * The values of a weight from its matrix: the inverse of {@link matrixOfWeight}.
 *
 * @throws GCompressError `invalid-matrix`, or `shape-mismatch` when the matrix does not fill the shape.
 */
export function weightOfMatrix(from: Matrix, shape: readonly number[], swapped: boolean): Float32Array {
  assertMatrix(from, 'weightOfMatrix');
  const { data } = from;
  assertFills('weightOfMatrix', data, shape);
  const [outer, inner] = shape.slice(-2);
  return swapped ? exchanged(data, inner, outer) : data;
}

/** Blocks `[rows, columns]` as blocks `[columns, rows]`. */
function exchanged(values: Float32Array, rows: number, columns: number): Float32Array {
  const turned = new Float32Array(values.length);
  const size = rows * columns;
  for (let at = 0; at < values.length; at++) {
    const inside = at % size;
    turned[at - inside + (inside % columns) * rows + Math.floor(inside / columns)] = values[at];
  }
  return turned;
}

function assertFills(where: string, values: unknown, shape: unknown): void {
  const sides = Array.isArray(shape) && shape.every((side) => Number.isSafeInteger(side) && side >= 0);
  if (!(values instanceof Float32Array) || !sides) {
    throw new GCompressError('invalid-option', {
      where,
      expected: 'a Float32Array and the shape of a weight',
      actual: `${describeValue(values)} and ${describeValue(shape)}`,
    });
  }
  const size = shape.reduce((product: number, side: number) => product * side, 1);
  if (values.length === size) return;
  throw new GCompressError('shape-mismatch', {
    where,
    expected: `${size} values for the shape [${shape.join(', ')}]`,
    actual: `${values.length}`,
  });
}
