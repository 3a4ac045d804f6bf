// Magnitude pruning: sets the smallest entries of a matrix to zero.
import type { Matrix, Pace } from '@gcompress/core';
import { assertFinite, assertMatrix, assertNumber } from '@gcompress/core/checks';
import { sortFloats } from './scalar/sorted-points.ts';

/**
 * A copy of the matrix `[m, n]` whose `⌈fraction·m·n⌉` smallest entries by magnitude are zero. Entries that are already zero count
 * among them.
 *
 * At equal magnitude, entries of the row with the smallest sum of magnitudes go first, in reading order.
 *
 * @param fraction part of the entries, from 0 to 1.
 * @throws GCompressError `invalid-matrix`, `non-finite`, or `invalid-option` for a fraction out of range.
 *
 * Porting note: `kmeans_quantize.prune`. Python changes its argument, clamps the fraction, and breaks ties in the order of its
 * sorting routine.
 */
export function prune(matrix: Matrix, fraction: number): Matrix {
  assertMatrix(matrix, 'prune');
  assertFinite(matrix, 'prune');
  assertNumber('prune', 'fraction', fraction, { min: 0, max: 1 });
  return pruneWith(matrix, fraction, () => {});
}

/** {@link prune} without argument checks; `pace` receives the progress. */
export function pruneWith(matrix: Matrix, fraction: number, pace: Pace): Matrix {
  const [rows, cols] = matrix.shape;
  const count = Math.ceil(matrix.data.length * fraction);
  const data = matrix.data.slice();
  if (count === 0) return { shape: [rows, cols], data };
  const magnitudes = new Float32Array(data.length);
  for (let at = 0; at < data.length; at++) {
    magnitudes[at] = Math.abs(data[at]);
    pace(1, 0);
  }
  const threshold = sortFloats(magnitudes, undefined, pace).values[count - 1];
  let left = count;
  for (let at = 0; at < data.length; at++) {
    pace(1, 0);
    if (magnitudes[at] >= threshold) continue;
    data[at] = 0;
    left--;
  }
  for (const row of rowsBySize(magnitudes, rows, cols, pace)) {
    pace(cols, 0);
    for (let at = row * cols; left > 0 && at < (row + 1) * cols; at++) {
      if (magnitudes[at] !== threshold) continue;
      data[at] = 0;
      left--;
    }
    if (left === 0) break;
  }
  return { shape: [rows, cols], data };
}

/** Row indices by ascending sum of magnitudes. */
function rowsBySize(magnitudes: Float32Array, rows: number, cols: number, pace: Pace): Int32Array {
  const sums = Float64Array.from({ length: rows }, (_, row) => {
    pace(4 * cols, 0);
    return magnitudes.subarray(row * cols, (row + 1) * cols).reduce((sum, magnitude) => sum + magnitude, 0);
  });
  return Int32Array.from(sums, (_, row) => row).sort((a, b) => sums[a] - sums[b] || a - b);
}
