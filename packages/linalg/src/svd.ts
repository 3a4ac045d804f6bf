import { assertFinite, assertMatrix, type Matrix } from '@gcompress/core';
import { bidiagonalize } from './bidiagonal.ts';
import { diagonalizeBidiagonal } from './bidiagonal-svd.ts';
import type { Kernels } from './kernels/kernels.ts';
import { portableKernels } from './kernels/portable.ts';
import { reflectRows } from './qr.ts';
import { applyReflectors } from './reflectors.ts';
import { descendingOrder, unitRows } from './spectrum.ts';
import { block, copied, rowMajor, transposed, type View } from './view.ts';

/** A singular value decomposition, whole or of the `k` largest singular values: `U · diag(s) · Vᵀ`. */
export interface Svd {
  /** Left singular vectors, row-major `[m, k]`; the columns are orthonormal, also for singular values that are zero. */
  readonly u: Float64Array;
  /** Singular values `[k]`, the largest first. */
  readonly s: Float64Array;
  /** Right singular vectors, row-major `[n, k]`; orthonormal columns. */
  readonly v: Float64Array;
}

/** Rows beyond this multiple of the columns are taken away by a QR factorisation first, which is cheaper then. */
const TALL = 1.6;

/**
 * Singular value decomposition of `a [m, n]` with `k = min(m, n)`. Householder bidiagonalisation and implicit QR iteration
 * (Golub and Reinsch, 1970), backward stable: errors of the singular values are of the order of `2⁻⁵³·s₀`.
 *
 * @throws GCompressError `invalid-matrix` or `non-finite`.
 */
export function thinSvd(a: Matrix, kernels: Kernels = portableKernels): Svd {
  const view = checkedView(a, 'thinSvd');
  return exactSvd(view, Math.min(view.rows, view.cols), kernels);
}

/**
 * All singular values of `a [m, n]`, `[min(m, n)]`, the largest first, as accurate as those of {@link thinSvd} at a part of
 * its cost.
 *
 * @throws GCompressError `invalid-matrix` or `non-finite`.
 */
export function singularValues(a: Matrix, kernels: Kernels = portableKernels): Float64Array {
  return exactSvd(checkedView(a, 'singularValues'), 0, kernels).values;
}

/** A matrix of finite numbers as a {@link View}. */
export function checkedView(a: Matrix, where: string): View {
  assertMatrix(a, where);
  assertFinite(a, where);
  return rowMajor(a.data, a.shape[0], a.shape[1]);
}

/** The `count` largest singular values and vectors, and all singular values, by the method of {@link thinSvd}. */
export function exactSvd(a: View, count: number, kernels: Kernels): Svd & { readonly values: Float64Array } {
  if (a.rows < a.cols) {
    const { u, v, ...rest } = exactSvd(transposed(a), count, kernels);
    return { u: v, v: u, ...rest };
  }
  const first = a.rows > TALL * a.cols ? reflectRows(copied(transposed(a)), kernels) : undefined;
  const work = first ? first.r : copied(a);
  const { rows, cols } = work;
  const { diagonal, superdiagonal, left, right } = bidiagonalize(work, kernels);
  const sweeps = diagonalizeBidiagonal(diagonal, superdiagonal);
  const order = descendingOrder(diagonal.map(Math.abs));
  const values = Float64Array.from(order, (i) => Math.abs(diagonal[i]));
  const chosen = order.slice(0, count);

  const v = unitRows(chosen, cols);
  chosen.forEach((index, i) => {
    if (diagonal[index] < 0) v.data[i * cols + index] = -1;
  });
  kernels.rotateBack(v, sweeps.right);
  applyReflectors(v, right, kernels);

  const u = unitRows(chosen, a.rows);
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
