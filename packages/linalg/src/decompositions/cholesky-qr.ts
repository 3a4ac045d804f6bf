// Cholesky QR: orthonormal rows by matrix products, for rows that are not nearly dependent.
import type { Kernels } from '@gcompress/core';
import { copied, transposed, type View64, zeros } from '../views/view.ts';
import { factorPanel } from './cholesky.ts';
import type { OrthonormalRows } from './qr.ts';
import { solveForwards } from './triangular-solves.ts';

/** Least part of a row's squared length outside the span of the rows before it; two rounds then reach full precision. */
const LEAST_APART = 1e-8;

/**
 * Orthonormal rows `q [w, n]` and upper triangular `r [w, w]` with `rows = Rᵀ·Q`; undefined for rows that nearly depend on each other.
 *
 * Two rounds of Cholesky QR (Yamamoto et al., 2015) on rows of length 1. Nearly all work is matrix products, unlike with reflections.
 */
export function choleskyRows(rows: View64, kernels: Kernels): OrthonormalRows | undefined {
  const first = round(rows, kernels);
  const second = first && round(first.q, kernels);
  if (!second) return undefined;
  const l = zeros(rows.rows, rows.rows);
  kernels.multiply(first.l, second.l, l);
  return { q: second.q, r: copied(transposed(l)) };
}

function round(rows: View64, kernels: Kernels): { readonly q: View64; readonly l: View64 } | undefined {
  const count = rows.rows;
  const squares = zeros(count, count);
  kernels.gram(transposed(rows), squares);
  const l = zeros(count, count);
  const inverse = zeros(count, count);
  for (let i = 0; i < count; i++) {
    l.data.set(squares.data.subarray(i * count, i * count + i + 1), i * count);
    inverse.data[i * count + i] = 1;
  }
  if (factorPanel(l, squares, 0, LEAST_APART) >= 0) return undefined;
  solveForwards(l, inverse);
  const q = zeros(count, rows.cols);
  kernels.multiply(inverse, rows, q);
  return { q, l };
}
