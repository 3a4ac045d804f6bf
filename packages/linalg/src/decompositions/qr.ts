// Thin QR factorisation by Householder reflections.

import type { Kernels } from '@gcompress/core';
import { GCompressError, type ProgressOptions } from '@gcompress/core';
import { paced } from '../calls/paced.ts';
import { workCopy, workMatrix } from '../kernels/allocate.ts';
import { portableKernels } from '../kernels/portable.ts';
import { block, copied, type Dense, denseOf, transposed, type View64, viewOf, zeros } from '../views/view.ts';
import { applyReflectors, makeReflector, rowOf } from './reflectors.ts';

/** A thin QR factorisation `A = Q·R` of a matrix with at least as many rows as columns. */
export interface ThinQr {
  /** Orthonormal columns `[m, n]`, also for a rank-deficient A. */
  readonly q: Dense<Float64Array>;
  /** Upper triangular `[n, n]`; entries on the diagonal may be negative. */
  readonly r: Dense<Float64Array>;
}

/**
 * Thin QR factorisation of `a [m, n]`, `m ≥ n`, by Householder reflections.
 *
 * @param progress listener for the progress, and signal to abort.
 * @throws GCompressError `shape-mismatch` when the matrix is wide, `invalid-matrix` or `invalid-option`; the signal's reason
 * when aborted.
 */
export function thinQr(a: Dense, kernels: Kernels = portableKernels, progress: ProgressOptions = {}): ThinQr {
  const view = viewOf(a, 'thinQr');
  if (view.rows < view.cols) {
    throw new GCompressError('shape-mismatch', {
      where: 'thinQr',
      expected: 'at least as many rows as columns',
      actual: `[${view.rows}, ${view.cols}]`,
      hint: 'Factor the transpose.',
    });
  }
  return paced('thinQr', kernels, progress, 2 * view.rows * view.cols ** 2, (pace) => {
    const { q, r } = orthonormalRows(workCopy(transposed(view), pace), pace);
    return { q: denseOf(copied(transposed(q))), r: denseOf(r) };
  });
}

/** Orthonormal rows `q [n, m]` and the triangular factor `r [n, n]` with `rows = Rᵀ·Q`. */
export interface OrthonormalRows {
  readonly q: View64;
  readonly r: View64;
}

/**
 * {@link thinQr} of the matrix whose columns are the rows of `columns [n, m]`, which are overwritten: `q [n, m]` has
 * orthonormal rows.
 */
export function orthonormalRows(columns: View64, kernels: Kernels): OrthonormalRows {
  const { reflectors, r } = reflectRows(columns, kernels);
  const q = workMatrix(columns.rows, columns.cols, kernels);
  for (let k = 0; k < q.rows; k++) q.data[k * q.cols + k] = 1;
  applyReflectors(q, reflectors, kernels);
  return { q, r };
}

/**
 * The reflectors `[n, m]` that map the matrix whose columns are the rows of `columns [n, m]` to its triangular factor
 * `r [n, n]`. Columns are stored as rows so that the inner loops are long and read memory in order; they are overwritten.
 */
export function reflectRows(columns: View64, kernels: Kernels): { readonly reflectors: View64; readonly r: View64 } {
  const { rows: count, cols: length } = columns;
  const reflectors = zeros(count, length);
  const r = workMatrix(count, count, kernels);
  // The last reflection `− w·uᵀ`, not applied to the columns yet
  let u: Float64Array = new Float64Array(length);
  let w: Float64Array = new Float64Array(count);
  let next: Float64Array = new Float64Array(count);
  for (let k = 0; k < count; k++) {
    const column = rowOf(columns, k);
    const reflector = rowOf(reflectors, k);
    for (let i = k; i < length; i++) reflector[i] = column[i] - w[k] * u[i];
    r.data[k * count + k] = makeReflector(reflector.subarray(k));
    kernels.updateThenMultiply(
      block(columns, k + 1, k),
      w.subarray(k + 1),
      u.subarray(k),
      reflector.subarray(k),
      next.subarray(k + 1),
    );
    for (let j = k + 1; j < count; j++) {
      r.data[k * count + j] = columns.data[columns.offset + j * columns.rowStride + k] - reflector[k] * next[j];
    }
    u = reflector;
    [w, next] = [next, w];
  }
  return { reflectors, r };
}
