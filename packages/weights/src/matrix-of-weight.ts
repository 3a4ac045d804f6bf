// A weight of any rank as the matrix whose columns are its output channels, and back.
import { type Matrix, matrix } from '@gcompress/core';

/**
 * The matrix of a weight: all axes but the last are rows, or with `swapped` all but the last but one.
 *
 * @returns undefined for a weight that is no matrix, because it has one axis or an empty one.
 */
export function matrixOfWeight(values: Float32Array, shape: readonly number[], swapped: boolean): Matrix | undefined {
  if (shape.length < 2 || values.length === 0) return undefined;
  const [outer, inner] = shape.slice(-2);
  if (!swapped) return matrix([values.length / inner, inner], values);
  return matrix([values.length / outer, outer], exchanged(values, outer, inner));
}

/** The values of the weight that a matrix of {@link matrixOfWeight} stands for. */
export function weightOfMatrix({ data }: Matrix, shape: readonly number[], swapped: boolean): Float32Array {
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
