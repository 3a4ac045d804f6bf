// Matrix products: A·B, Aᵀ·B and AᵀA.

import type { Kernels } from '@gcompress/core';
import { GCompressError, type ProgressOptions } from '@gcompress/core';
import { paced } from '../calls/paced.ts';
import { portableKernels } from '../kernels/portable.ts';
import { type Dense, denseOf, transposed, type View, viewOf, zeros } from '../views/view.ts';

/**
 * `A·B` for `a [m, k]` and `b [k, n]`, as `[m, n]`.
 *
 * @param progress listener for the progress, and signal to abort.
 * @throws GCompressError `shape-mismatch`, `invalid-matrix` or `invalid-option`; the signal's reason when aborted.
 */
export function multiply(
  a: Dense,
  b: Dense,
  kernels: Kernels = portableKernels,
  progress: ProgressOptions = {},
): Dense<Float64Array> {
  const where = 'multiply';
  return product(where, viewOf(a, where), viewOf(b, where), kernels, progress);
}

/**
 * `Aᵀ·B` for `a [k, m]` and `b [k, n]`, as `[m, n]`.
 *
 * @param progress listener for the progress, and signal to abort.
 * @throws GCompressError `shape-mismatch`, `invalid-matrix` or `invalid-option`; the signal's reason when aborted.
 */
export function multiplyTransposed(
  a: Dense,
  b: Dense,
  kernels: Kernels = portableKernels,
  progress: ProgressOptions = {},
): Dense<Float64Array> {
  const where = 'multiplyTransposed';
  return product(where, transposed(viewOf(a, where)), viewOf(b, where), kernels, progress);
}

/**
 * The Gram matrix `Aᵀ·A [n, n]` of `a [m, n]`, symmetric to the last bit.
 *
 * @param progress listener for the progress, and signal to abort.
 * @throws GCompressError `invalid-matrix` or `invalid-option`; the signal's reason when aborted.
 */
export function gram(
  a: Dense,
  kernels: Kernels = portableKernels,
  progress: ProgressOptions = {},
): Dense<Float64Array> {
  const view = viewOf(a, 'gram');
  const result = zeros(view.cols, view.cols);
  paced('gram', kernels, progress, (view.rows * view.cols ** 2) / 2, (pace) => pace.gram(view, result));
  return denseOf(result);
}

function product(where: string, a: View, b: View, kernels: Kernels, progress: ProgressOptions): Dense<Float64Array> {
  if (a.cols !== b.rows) {
    throw new GCompressError('shape-mismatch', {
      where,
      expected: `a second matrix with ${a.cols} rows`,
      actual: `${b.rows}`,
    });
  }
  const result = zeros(a.rows, b.cols);
  paced(where, kernels, progress, a.rows * a.cols * b.cols, (pace) => pace.multiply(a, b, result));
  return denseOf(result);
}
