// Orthonormal rows by products of matrices, where the rows are independent enough.
import type { Kernels } from '@gcompress/core';
import { block, copied, transposed, type View64, zeros } from '../views/view.ts';
import type { OrthonormalRows } from './qr.ts';

/** Part of the squared length of a row that must stand apart from the rows before it, for two rounds to reach full precision. */
const LEAST_APART = 1e-8;

/**
 * Orthonormal rows `q [w, n]` and upper triangular `r [w, w]` with `rows = Rᵀ·Q`; undefined for rows that nearly depend on each other.
 *
 * Two rounds of Cholesky QR (Yamamoto et al., 2015) of rows of length 1: nearly all work is products of matrices, unlike with reflections.
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
  const l = factor(squares);
  if (!l) return undefined;
  const q = zeros(count, rows.cols);
  kernels.multiply(inverse(l), rows, q);
  return { q, l };
}

/** The Cholesky factor of squares `[w, w]`, undefined where a row has no length of its own. */
function factor({ data, rows }: View64): View64 | undefined {
  const l = zeros(rows, rows);
  for (let i = 0; i < rows; i++) {
    for (let j = 0; j <= i; j++) {
      let rest = data[i * rows + j];
      for (let p = 0; p < j; p++) rest -= l.data[i * rows + p] * l.data[j * rows + p];
      if (i > j) {
        l.data[i * rows + j] = rest / l.data[j * rows + j];
        continue;
      }
      const square = data[i * rows + i];
      if (!(square > 0 && rest > LEAST_APART * square && rest < Number.POSITIVE_INFINITY)) return undefined;
      l.data[i * rows + i] = Math.sqrt(rest);
    }
  }
  return l;
}

/** The inverse of a lower triangular matrix, row by row. */
function inverse(l: View64): View64 {
  const { rows } = l;
  const result = zeros(rows, rows);
  for (let i = 0; i < rows; i++) {
    const own = block(result, i, 0, 1);
    for (let p = 0; p < i; p++) {
      const times = l.data[i * rows + p];
      for (let j = 0; j <= p; j++) own.data[own.offset + j] -= times * result.data[p * rows + j];
    }
    own.data[own.offset + i] = 1;
    for (let j = 0; j <= i; j++) own.data[own.offset + j] /= l.data[i * rows + i];
  }
  return result;
}
