// Thin singular value decomposition, by bidiagonalisation and QR iteration.
import type { Kernels, Matrix, ProgressOptions } from '@gcompress/core';
import { assertFinite, assertMatrix } from '@gcompress/core/checks';
import { paced } from '../calls/paced.ts';
import { workCopy } from '../kernels/allocate.ts';
import { portableKernels } from '../kernels/portable.ts';
import { block, copied, transposed, type View, viewOf } from '../views/view.ts';
import { bidiagonalize } from './bidiagonal.ts';
import { diagonalizeBidiagonal } from './bidiagonal-svd.ts';
import { reflectRows } from './qr.ts';
import { applyReflectors } from './reflectors.ts';
import { descendingOrder, unitRows } from './spectrum.ts';
import { svdWork } from './work.ts';

/** A singular value decomposition `U · diag(s) · Vᵀ`, thin or truncated to the `k` largest singular values. */
export interface Svd {
  /** Left singular vectors, row-major `[m, k]`; the columns are orthonormal, also for singular values that are zero. */
  readonly u: Float64Array;
  /** Singular values `[k]`, the largest first. */
  readonly s: Float64Array;
  /** Right singular vectors, row-major `[n, k]`; orthonormal columns. */
  readonly v: Float64Array;
}

/** Matrices with more rows than this multiple of the columns are first reduced by a QR factorisation, which is cheaper. */
const TALL = 1.6;

/**
 * Singular value decomposition of `a [m, n]` with `k = min(m, n)`. Householder bidiagonalisation and implicit QR iteration
 * (Golub and Reinsch, 1970), backward stable: errors of the singular values are of the order of `2⁻⁵³·s₀`.
 *
 * @param progress listener for the progress, and signal to abort.
 * @throws GCompressError `invalid-matrix`, `non-finite` or `invalid-option`; the signal's reason when aborted.
 */
export function thinSvd(a: Matrix, kernels: Kernels = portableKernels, progress: ProgressOptions = {}): Svd {
  const where = 'thinSvd';
  const view = checkedView(a, where);
  const { rows, cols } = view;
  const count = Math.min(rows, cols);
  return paced(where, kernels, progress, svdWork(rows, cols, count), (pace) => exactSvd(view, count, pace));
}

/**
 * All singular values of `a [m, n]`, `[min(m, n)]`, the largest first, as accurate as by {@link thinSvd} at a fraction of its
 * cost.
 *
 * @param progress listener for the progress, and signal to abort.
 * @throws GCompressError `invalid-matrix`, `non-finite` or `invalid-option`; the signal's reason when aborted.
 */
export function singularValues(
  a: Matrix,
  kernels: Kernels = portableKernels,
  progress: ProgressOptions = {},
): Float64Array {
  const where = 'singularValues';
  const view = checkedView(a, where);
  return paced(where, kernels, progress, svdWork(view.rows, view.cols, 0), (pace) => exactSvd(view, 0, pace).values);
}

/** A matrix of finite numbers as a {@link View}. */
export function checkedView(a: Matrix, where: string): View {
  const view = viewOf(a, where);
  assertMatrix(a, where);
  assertFinite(a, where);
  return view;
}

/** The `count` largest singular values and vectors, and all singular values, by the method of {@link thinSvd}. */
export function exactSvd(a: View, count: number, kernels: Kernels): Svd & { readonly values: Float64Array } {
  if (a.rows < a.cols) {
    const { u, v, ...rest } = exactSvd(transposed(a), count, kernels);
    return { u: v, v: u, ...rest };
  }
  const first = a.rows > TALL * a.cols ? reflectRows(workCopy(transposed(a), kernels), kernels) : undefined;
  const work = first ? first.r : workCopy(a, kernels);
  const { rows, cols } = work;
  const { diagonal, superdiagonal, left, right } = bidiagonalize(work, kernels);
  const sweeps = diagonalizeBidiagonal(diagonal, superdiagonal, kernels);
  const order = descendingOrder(diagonal.map(Math.abs));
  const values = Float64Array.from(order, (i) => Math.abs(diagonal[i]));
  const chosen = order.slice(0, count);

  const v = unitRows(chosen, cols, kernels);
  chosen.forEach((index, i) => {
    if (diagonal[index] < 0) v.data[i * cols + index] = -1;
  });
  kernels.rotateBack(v, sweeps.right);
  applyReflectors(v, right, kernels);

  const u = unitRows(chosen, a.rows, kernels);
  kernels.rotateBack(block(u, 0, 0, count, cols), sweeps.left);
  applyReflectors(block(u, 0, 0, count, rows), left, kernels);
  if (first) applyReflectors(u, first.reflectors, kernels);

  return {
    u: copied(transposed(u)).data,
    s: values.slice(0, count),
    v: copied(transposed(v)).data,
    values,
  };
}
