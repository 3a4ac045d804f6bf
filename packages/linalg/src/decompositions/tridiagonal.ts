// Reduces a symmetric matrix to tridiagonal form by Householder reflectors.
import type { Kernels } from '@gcompress/core';
import { block, type View64, zeros } from '../views/view.ts';
import { makeReflector, rowOf } from './reflectors.ts';

/** `A = H·T·Hᵀ` with a symmetric tridiagonal T. */
export interface Tridiagonal {
  /** Diagonal of T, `[n]`. */
  readonly diagonal: Float64Array;
  /** Entries next to the diagonal of T, `[n]`; the last entry is 0. */
  readonly subdiagonal: Float64Array;
  /** Reflectors of H, `[n, n]`. */
  readonly reflectors: View64;
}

/** Householder tridiagonalisation of symmetric `a [n, n]`, whose lower triangle is read and overwritten. */
export function tridiagonalize(a: View64, kernels: Kernels): Tridiagonal {
  const n = a.rows;
  const diagonal = new Float64Array(n);
  const subdiagonal = new Float64Array(n);
  const reflectors = zeros(n, n);
  // The last update `A − x·yᵀ − y·xᵀ`, not applied to a yet
  let x: Float64Array = new Float64Array(n);
  let y = new Float64Array(n);
  let product = new Float64Array(n);
  for (let k = 0; k < n; k++) {
    const next = k + 1;
    diagonal[k] = a.data[k * n + k] - 2 * x[k] * y[k];
    if (next === n) break;
    const u = rowOf(reflectors, k);
    for (let i = next; i < n; i++) u[i] = a.data[i * n + k] - x[i] * y[k] - y[i] * x[k];
    subdiagonal[k] = makeReflector(u.subarray(next));
    kernels.updateThenMultiplySymmetric(
      block(a, next, next),
      x.subarray(next),
      y.subarray(next),
      u.subarray(next),
      product.subarray(next),
    );
    // (I − u·uᵀ)·A·(I − u·uᵀ) = A − u·yᵀ − y·uᵀ with y = A·u − (uᵀ·A·u / 2)·u
    let half = 0;
    for (let i = next; i < n; i++) half += u[i] * product[i];
    half /= 2;
    for (let i = next; i < n; i++) product[i] -= half * u[i];
    x = u;
    [y, product] = [product, y];
  }
  return { diagonal, subdiagonal, reflectors };
}
