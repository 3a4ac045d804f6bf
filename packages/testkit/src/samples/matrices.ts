// Matrices to test with: random, structured and degenerate.
import { createRandom, type Matrix, matrix, type Shape2D } from '@gcompress/core';
import { assertShape2D } from '@gcompress/core/checks';

/** A matrix `[m, n]` of independent normal entries, the same for the same seed. */
export function normalMatrix(shape: Shape2D, seed = 1): Matrix {
  assertShape2D(shape, 'normalMatrix');
  const random = createRandom(seed);
  return matrix(
    shape,
    Float32Array.from({ length: shape[0] * shape[1] }, () => random.normal()),
  );
}

/**
 * Matrices on which compression methods tend to fail, by name. All are finite; {@link nonFiniteMatrices} are the matrices that must be
 * refused.
 *
 * @param shape the shape of all matrices but the thin ones, which take one side from it.
 */
export function hardMatrices(shape: Shape2D = [24, 16]): Record<string, Matrix> {
  assertShape2D(shape, 'hardMatrices');
  const [rows, cols] = shape;
  const normal = normalMatrix(shape, 2);
  const middle = Math.floor(rows / 2);
  const from = (entry: (row: number, column: number) => number) =>
    matrix(
      shape,
      Float32Array.from({ length: rows * cols }, (_, i) => entry(Math.floor(i / cols), i % cols)),
    );
  const scaled = (scale: number) =>
    matrix(
      shape,
      normal.data.map((entry) => entry * scale),
    );
  const at = (row: number, column: number) => normal.data[row * cols + column];
  return {
    zero: from(() => 0),
    constant: from(() => 0.37),
    'rank-one': from((row, column) => (1 + row) * (0.5 - column / cols)),
    'repeated-singular-values': from((row, column) => reflection(row, column, Math.max(rows, cols))),
    'huge-scale': scaled(1e30),
    'tiny-scale': scaled(1e-30),
    'one-outlier': from((row, column) => (row === middle && column === 0 ? 1e6 : at(row, column))),
    'identical-rows': from((_, column) => at(0, column)),
    'one-zero-row': from((row, column) => (row === middle ? 0 : at(row, column))),
    'one-row': normalMatrix([1, cols], 3),
    'one-column': normalMatrix([rows, 1], 4),
    'one-entry': matrix([1, 1], [-1.5]),
  };
}

/** An entry of the Householder reflection `I − 2vvᵀ/‖v‖²` with v = (1, 2, …): dense, and all its singular values are 1. */
function reflection(row: number, column: number, size: number): number {
  const squares = (size * (size + 1) * (2 * size + 1)) / 6;
  return Number(row === column) - (2 * (row + 1) * (column + 1)) / squares;
}

/** A matrix that must be refused, and the entry that the refusal must name. */
export interface NonFiniteMatrix {
  readonly matrix: Matrix;
  readonly row: number;
  readonly column: number;
}

/** Matrices with one entry that is not a finite number, by the name of that entry. */
export function nonFiniteMatrices(shape: Shape2D = [24, 16]): Record<string, NonFiniteMatrix> {
  assertShape2D(shape, 'nonFiniteMatrices');
  const [rows, cols] = shape;
  const row = Math.min(7, rows - 1);
  const column = Math.min(3, cols - 1);
  const withEntry = (entry: number) => {
    const data = normalMatrix(shape, 5).data;
    data[row * cols + column] = entry;
    return { matrix: matrix(shape, data), row, column };
  };
  return {
    NaN: withEntry(Number.NaN),
    Infinity: withEntry(Number.POSITIVE_INFINITY),
    '-Infinity': withEntry(Number.NEGATIVE_INFINITY),
  };
}
