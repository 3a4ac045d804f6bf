// Reduces a matrix to bidiagonal form by Householder reflectors.
import type { Kernels } from '@gcompress/core';
import { block, type View64, zeros } from '../views/view.ts';
import { makeReflector, rowOf } from './reflectors.ts';

/** `A = H·B·Gᵀ` with an upper bidiagonal B. */
export interface Bidiagonal {
  /** Diagonal of B, `[n]`. */
  readonly diagonal: Float64Array;
  /** Entries to the right of the diagonal of B, `[n]`; the last entry is 0. */
  readonly superdiagonal: Float64Array;
  /** Reflectors of H, `[n, m]`. */
  readonly left: View64;
  /** Reflectors of G, `[n, n]`. */
  readonly right: View64;
}

/** Householder bidiagonalisation (Golub and Kahan, 1965) of `a [m, n]`, `m ≥ n`, which is overwritten. */
export function bidiagonalize(a: View64, kernels: Kernels): Bidiagonal {
  const { rows, cols } = a;
  const diagonal = new Float64Array(cols);
  const superdiagonal = new Float64Array(cols);
  const left = zeros(cols, rows);
  const right = zeros(cols, cols);
  const w = new Float64Array(cols);
  // The last update `A − x·yᵀ`, not applied to a yet
  const x = new Float64Array(rows);
  let y: Float64Array = new Float64Array(cols);
  for (let k = 0; k < cols; k++) {
    const u = rowOf(left, k);
    for (let i = k; i < rows; i++) u[i] = a.data[i * cols + k] - x[i] * y[k];
    diagonal[k] = makeReflector(u.subarray(k));
    if (k + 1 === cols) break;
    const next = k + 1;
    kernels.updateThenMultiplyTransposed(
      block(a, k, next),
      x.subarray(k),
      y.subarray(next),
      u.subarray(k),
      w.subarray(next),
    );
    const v = rowOf(right, k);
    for (let j = next; j < cols; j++) v[j] = a.data[k * cols + j] - u[k] * w[j];
    superdiagonal[k] = makeReflector(v.subarray(next));
    kernels.updateThenMultiply(
      block(a, next, next),
      u.subarray(next),
      w.subarray(next),
      v.subarray(next),
      x.subarray(next),
    );
    y = v;
  }
  return { diagonal, superdiagonal, left, right };
}
