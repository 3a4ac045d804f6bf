// Helpers of eigenvalue and singular value iterations: descending order, unit vectors, convergence check.
import { GCompressError, type Kernels } from '@gcompress/core';
import { workMatrix } from '../kernels/allocate.ts';
import type { View64 } from '../views/view.ts';

/** Indices that sort `values` in descending order; equal values keep their order. */
export function descendingOrder(values: Float64Array): number[] {
  return Array.from(values.keys()).sort((i, j) => values[j] - values[i] || i - j);
}

/** The unit vectors of length `n` with these indices, as rows `[indices, n]`. */
export function unitRows(indices: readonly number[], n: number, kernels: Kernels): View64 {
  const rows = workMatrix(indices.length, n, kernels);
  indices.forEach((index, i) => {
    rows.data[i * n + index] = 1;
  });
  return rows;
}

/** Multiply-adds that take as long as one rotation of a sweep, including its square root and divisions. */
export const ROTATION_WORK = 32;

/** Most sweeps for each eigenvalue or singular value on average; two are usual. */
const SWEEPS_EACH = 60;

/**
 * Ends an iteration that does not converge.
 *
 * @throws GCompressError `non-finite`, because the iteration always converges for finite numbers.
 */
export function assertConverging(sweeps: number, values: number, where: string): void {
  if (sweeps <= SWEEPS_EACH * values) return;
  throw new GCompressError('non-finite', {
    where,
    expected: 'convergence',
    actual: `no convergence after ${sweeps} sweeps`,
    hint: 'Look for NaN, infinities and numbers near the limits of float64.',
  });
}
