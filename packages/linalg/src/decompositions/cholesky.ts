// Cholesky factor of a symmetric positive definite matrix.
import { GCompressError, type Kernels, type ProgressOptions } from '@gcompress/core';
import { paced } from '../calls/paced.ts';
import { portableKernels } from '../kernels/portable.ts';
import { block, type Dense, denseOf, squareViewOf, transposed, type View, type View64, zeros } from '../views/view.ts';

/** Columns that are factored together, so that nearly all work is matrix products. */
export const PANEL = 64;
/** Least pivot as a part of the diagonal entry. A smaller pivot is rounding error. */
const SMALLEST_PIVOT = 2 ** -48;

/**
 * The lower triangular factor `L [n, n]` of symmetric positive definite `a [n, n]`, so that `A = L·Lᵀ`; zeros above the
 * diagonal. Only the lower triangle of `a` is read. There is no pivoting: damp the diagonal first if the matrix may be singular.
 *
 * @param progress listener for the progress, and signal to abort.
 * @throws GCompressError `invalid-matrix`, with the row, when the matrix is not positive definite to working precision;
 *   `shape-mismatch` when it is not square; `invalid-option`; the signal's reason when aborted.
 */
export function choleskyFactor(
  a: Dense,
  kernels: Kernels = portableKernels,
  progress: ProgressOptions = {},
): Dense<Float64Array> {
  const where = 'choleskyFactor';
  const view = squareViewOf(a, where);
  return paced(where, kernels, progress, view.rows ** 3 / 3, (pace) => denseOf(cholesky(where, view, pace)));
}

/**
 * {@link choleskyFactor} of a row-major view, by a left-looking algorithm over panels: the product of the earlier columns is subtracted from a
 * panel, which is then factored by itself.
 */
export function cholesky(where: string, a: View, kernels: Kernels): View64 {
  const size = a.rows;
  const factor = zeros(size, size);
  for (let from = 0; from < size; from += PANEL) {
    const width = Math.min(PANEL, size - from);
    const panel = zeros(size - from, width);
    if (from > 0) {
      const rows = block(factor, from, 0, size - from, from);
      kernels.multiply(rows, transposed(block(factor, from, 0, width, from)), panel);
    }
    for (let i = 0; i < panel.rows; i++) {
      for (let j = 0; j < Math.min(width, i + 1); j++) {
        panel.data[i * width + j] = a.data[(from + i) * size + from + j] - panel.data[i * width + j];
      }
    }
    const weak = factorPanel(panel, a, from, SMALLEST_PIVOT);
    if (weak >= 0) throw notDefinite(where, from + weak);
    kernels.onWork?.((panel.rows * width * width) / 2);
    for (let i = 0; i < panel.rows; i++) {
      const row = panel.data.subarray(i * width, i * width + Math.min(width, i + 1));
      factor.data.set(row, (from + i) * size + from);
    }
  }
  return factor;
}

/**
 * Factors the columns of a panel `[rows, width]`, whose first rows lie on the diagonal. Returns the first row whose pivot is at most `least`
 * times its diagonal entry in `a`, or −1.
 */
export function factorPanel({ data, rows, cols: width }: View64, a: View, from: number, least: number): number {
  for (let i = 0; i < rows; i++) {
    const own = i * width;
    for (let j = 0; j < Math.min(width, i + 1); j++) {
      const other = j * width;
      let rest = data[own + j];
      for (let p = 0; p < j; p++) rest -= data[own + p] * data[other + p];
      if (i > j) {
        data[own + j] = rest / data[other + j];
        continue;
      }
      const diagonal = a.data[(from + i) * a.cols + from + i];
      if (!(rest > diagonal * least && rest < Number.POSITIVE_INFINITY)) return i;
      data[own + j] = Math.sqrt(rest);
    }
  }
  return -1;
}

function notDefinite(where: string, row: number): GCompressError {
  return new GCompressError('invalid-matrix', {
    where,
    expected: 'a positive definite matrix',
    actual: `a pivot at or below rounding error in row ${row}`,
    hint: 'Add a small multiple of the identity to the matrix.',
  });
}
