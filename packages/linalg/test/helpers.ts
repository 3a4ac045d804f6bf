// Helpers of the tests: matrices, reconstruction and measures of error.
import { createRandom, type Matrix } from '@gcompress/core';
import { type Dense, multiply, type Svd, thinQr, type Values } from '../src/index.ts';

/** Independent normal entries of unit variance. */
export function normalMatrix(rows: number, cols: number, seed = 1): Matrix {
  const random = createRandom(seed);
  return { shape: [rows, cols], data: Float32Array.from({ length: rows * cols }, () => random.normal()) };
}

/** Entries from a function of row and column. */
export function matrixOf(rows: number, cols: number, entry: (row: number, col: number) => number): Matrix {
  const data = Float32Array.from({ length: rows * cols }, (_, at) => entry(Math.floor(at / cols), at % cols));
  return { shape: [rows, cols], data };
}

/** A float32 matrix with these singular values, up to rounding, and random singular vectors. */
export function withSingularValues(rows: number, cols: number, values: readonly number[], seed = 1): Matrix {
  const u = thinQr(normalMatrix(rows, values.length, seed)).q;
  const v = thinQr(normalMatrix(cols, values.length, seed + 1)).q;
  const product = reconstruct({ u: u.data, s: Float64Array.from(values), v: v.data }, rows, cols);
  return { shape: [rows, cols], data: Float32Array.from(product.data) };
}

/** `U·diag(s)·Vᵀ`, of the first `rank` triplets. */
export function reconstruct(svd: Svd, rows: number, cols: number, rank = svd.s.length): Dense<Float64Array> {
  const k = svd.s.length;
  const left = new Float64Array(rows * rank);
  for (let i = 0; i < rows; i++) for (let p = 0; p < rank; p++) left[i * rank + p] = svd.u[i * k + p] * svd.s[p];
  const right = new Float64Array(rank * cols);
  for (let p = 0; p < rank; p++) for (let j = 0; j < cols; j++) right[p * cols + j] = svd.v[j * k + p];
  return multiply({ shape: [rows, rank], data: left }, { shape: [rank, cols], data: right });
}

/** `‖A − B‖_F / ‖A‖_F`; 0 for two zero matrices. */
export function relativeDifference(a: Dense, b: Dense): number {
  const scale = Array.from(a.data).reduce((largest, entry) => Math.max(largest, Math.abs(entry)), 0) || 1;
  let difference = 0;
  let norm = 0;
  for (let i = 0; i < a.data.length; i++) {
    difference += ((a.data[i] - b.data[i]) / scale) ** 2;
    norm += (a.data[i] / scale) ** 2;
  }
  return Math.sqrt(difference / (norm || 1));
}

/** Largest deviation of `XᵀX` from the identity, for `x [rows, cols]`. */
export function deviationFromOrthonormal(x: Float64Array, rows: number, cols: number): number {
  let worst = 0;
  for (let i = 0; i < cols; i++) {
    for (let j = 0; j <= i; j++) {
      let dot = 0;
      for (let p = 0; p < rows; p++) dot += x[p * cols + i] * x[p * cols + j];
      worst = Math.max(worst, Math.abs(dot - (i === j ? 1 : 0)));
    }
  }
  return worst;
}

/** Error of an approximation over the smallest possible error of its rank, minus 1. */
export function excessOverOptimum(a: Matrix, svd: Svd, singularValues: ArrayLike<number>): number {
  const [rows, cols] = a.shape;
  const values = Array.from(singularValues);
  const norm = Math.hypot(...values);
  const optimum = Math.hypot(...values.slice(svd.s.length)) / norm;
  return relativeDifference(a, reconstruct(svd, rows, cols)) / optimum - 1;
}

/** A short digest of the bits of arrays (FNV-1a). */
export function fingerprint(...arrays: readonly Values[]): string {
  let hash = 0x811c9dc5;
  for (const array of arrays) {
    for (const byte of new Uint8Array(array.buffer, array.byteOffset, array.byteLength)) {
      hash = Math.imul(hash ^ byte, 0x01000193);
    }
  }
  return (hash >>> 0).toString(16);
}

/** Difficult matrices for decompositions. */
export const HARD: Readonly<Record<string, Matrix>> = {
  'one entry': matrixOf(1, 1, () => -3),
  'one row': matrixOf(1, 9, (_, j) => j - 4),
  'one column': matrixOf(9, 1, (i) => i - 4),
  zero: matrixOf(7, 5, () => 0),
  'zero column': matrixOf(10, 8, (i, j) => (j === 3 ? 0 : ((i * 7 + j * j * 3) % 11) - 5)),
  constant: matrixOf(12, 30, () => 2.5),
  'rank one': matrixOf(20, 15, (i, j) => (i + 1) * (j - 4)),
  'rank three': matrixOf(30, 40, (i, j) => (i % 3) * j + i * (j % 5) + i * j),
  identity: matrixOf(16, 16, (i, j) => (i === j ? 1 : 0)),
  permutation: matrixOf(16, 16, (i, j) => ((i * 5 + 3) % 16 === j ? -2 : 0)),
  'shift, nilpotent': matrixOf(10, 10, (i, j) => (j === i + 1 ? 1 : 0)),
  diagonal: matrixOf(12, 20, (i, j) => (i === j ? 10 ** (i - 6) : 0)),
  triangular: matrixOf(25, 25, (i, j) => (i <= j ? 1 : 0)),
  hilbert: matrixOf(14, 14, (i, j) => 1 / (i + j + 1)),
  'one outlier': matrixOf(20, 20, (i, j) => (i === 3 && j === 17 ? 1e6 : ((i * 13 + j * 7) % 5) - 2)),
  'repeated values': withSingularValues(40, 30, [...Array(10).fill(3), ...Array(15).fill(1)]),
  huge: matrixOf(20, 12, (i, j) => 1e30 * (((i * 7 + j * j) % 13) - 6)),
  tiny: matrixOf(12, 20, (i, j) => 1e-38 * (((i * 7 + j * j) % 13) - 6)),
};
