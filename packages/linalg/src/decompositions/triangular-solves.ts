// Solves triangular systems with many right-hand sides at once.
import { GCompressError, type Kernels, type ProgressOptions } from '@gcompress/core';
import { paced } from '../calls/paced.ts';
import { portableKernels } from '../kernels/portable.ts';
import {
  block,
  copied,
  type Dense,
  denseOf,
  squareViewOf,
  transposed,
  type View,
  type View64,
  viewOf,
  zeros,
} from '../views/view.ts';
import { PANEL } from './cholesky.ts';

/**
 * `L⁻¹·B` for lower triangular `l [m, m]` and `b [m, n]`, as `[m, n]`. Entries above the diagonal of `l` are not read.
 *
 * @param progress listener for the progress, and signal to abort.
 * @throws GCompressError `shape-mismatch`; `invalid-matrix` when the diagonal has a zero; `invalid-option`; the signal's reason when
 *   aborted.
 */
export function solveLower(
  l: Dense,
  b: Dense,
  kernels: Kernels = portableKernels,
  progress: ProgressOptions = {},
): Dense<Float64Array> {
  const { factor, right, work } = checkedSystem('solveLower', l, b);
  return paced('solveLower', kernels, progress, work, (pace) => {
    const solution = copied(right);
    const size = factor.rows;
    for (let from = 0; from < size; from += PANEL) {
      const height = Math.min(PANEL, size - from);
      const rows = block(solution, from, 0, height);
      if (from > 0) subtractProduct(block(factor, from, 0, height, from), block(solution, 0, 0, from), rows, pace);
      solveForwards(block(factor, from, from, height, height), rows);
      pace.onWork?.((height * height * right.cols) / 2);
    }
    return denseOf(solution);
  });
}

/**
 * `L⁻ᵀ·B` for lower triangular `l [m, m]` and `b [m, n]`, as `[m, n]`. Entries above the diagonal of `l` are not read. After
 * {@link solveLower}, this completes the solution of `L·Lᵀ·X = B`.
 *
 * @param progress listener for the progress, and signal to abort.
 * @throws GCompressError as {@link solveLower}.
 */
export function solveLowerTransposed(
  l: Dense,
  b: Dense,
  kernels: Kernels = portableKernels,
  progress: ProgressOptions = {},
): Dense<Float64Array> {
  const { factor, right, work } = checkedSystem('solveLowerTransposed', l, b);
  return paced('solveLowerTransposed', kernels, progress, work, (pace) => {
    const solution = copied(right);
    const size = factor.rows;
    for (let from = PANEL * Math.floor((size - 1) / PANEL); from >= 0; from -= PANEL) {
      const height = Math.min(PANEL, size - from);
      const after = from + height;
      const rows = block(solution, from, 0, height);
      if (after < size) {
        subtractProduct(
          transposed(block(factor, after, from, size - after, height)),
          block(solution, after, 0),
          rows,
          pace,
        );
      }
      solveBackwards(block(factor, from, from, height, height), rows);
      pace.onWork?.((height * height * right.cols) / 2);
    }
    return denseOf(solution);
  });
}

function checkedSystem(where: string, l: Dense, b: Dense): { factor: View; right: View; work: number } {
  const factor = squareViewOf(l, where);
  const right = viewOf(b, where);
  if (right.rows !== factor.rows) {
    throw new GCompressError('shape-mismatch', {
      where,
      expected: `a right side with ${factor.rows} rows`,
      actual: `${right.rows}`,
    });
  }
  for (let i = 0; i < factor.rows; i++) {
    if (factor.data[i * factor.cols + i] !== 0) continue;
    throw new GCompressError('invalid-matrix', {
      where,
      expected: 'a diagonal without zeros',
      actual: `a zero in row ${i}`,
    });
  }
  return { factor, right, work: (factor.rows ** 2 * right.cols) / 2 };
}

/** `C ← C − A·B`. */
function subtractProduct(a: View, b: View, c: View64, kernels: Kernels): void {
  const product = zeros(c.rows, c.cols);
  kernels.multiply(a, b, product);
  for (let at = 0; at < product.data.length; at++) c.data[c.offset + at] -= product.data[at];
}

/** `L⁻¹·B` in place, by substitution, for the few rows of a panel. */
export function solveForwards(l: View, b: View64): void {
  for (let i = 0; i < l.rows; i++) {
    for (let j = 0; j < i; j++) subtractRow(b, i, j, l.data[l.offset + i * l.rowStride + j]);
    divideRow(b, i, l.data[l.offset + i * l.rowStride + i]);
  }
}

/** `L⁻ᵀ·B` in place. */
function solveBackwards(l: View, b: View64): void {
  for (let i = l.rows - 1; i >= 0; i--) {
    for (let j = i + 1; j < l.rows; j++) subtractRow(b, i, j, l.data[l.offset + j * l.rowStride + i]);
    divideRow(b, i, l.data[l.offset + i * l.rowStride + i]);
  }
}

/** Subtracts `times` times row j from row i. */
function subtractRow({ data, cols, offset, rowStride }: View64, i: number, j: number, times: number): void {
  const to = offset + i * rowStride;
  const from = offset + j * rowStride;
  for (let col = 0; col < cols; col++) data[to + col] -= times * data[from + col];
}

function divideRow({ data, cols, offset, rowStride }: View64, i: number, by: number): void {
  const at = offset + i * rowStride;
  for (let col = 0; col < cols; col++) data[at + col] /= by;
}
