import { GCompressError } from '@gcompress/core';
import type { Kernels } from './kernels/kernels.ts';
import { portableKernels } from './kernels/portable.ts';
import { type Dense, denseOf, transposed, type View, viewOf, zeros } from './view.ts';

/**
 * `A·B` for `a [m, k]` and `b [k, n]`, as `[m, n]`.
 *
 * @throws GCompressError `shape-mismatch`.
 */
export function multiply(a: Dense, b: Dense, kernels: Kernels = portableKernels): Dense<Float64Array> {
  const where = 'multiply';
  return product(where, viewOf(a, where), viewOf(b, where), kernels);
}

/**
 * `Aᵀ·B` for `a [k, m]` and `b [k, n]`, as `[m, n]`.
 *
 * @throws GCompressError `shape-mismatch`.
 */
export function multiplyTransposed(a: Dense, b: Dense, kernels: Kernels = portableKernels): Dense<Float64Array> {
  const where = 'multiplyTransposed';
  return product(where, transposed(viewOf(a, where)), viewOf(b, where), kernels);
}

/** The Gram matrix `Aᵀ·A [n, n]` of `a [m, n]`, symmetric to the last bit. */
export function gram(a: Dense, kernels: Kernels = portableKernels): Dense<Float64Array> {
  const view = viewOf(a, 'gram');
  const result = zeros(view.cols, view.cols);
  kernels.gram(view, result);
  return denseOf(result);
}

function product(where: string, a: View, b: View, kernels: Kernels): Dense<Float64Array> {
  if (a.cols !== b.rows) {
    throw new GCompressError('shape-mismatch', {
      where,
      expected: `a second matrix with ${a.cols} rows`,
      actual: `${b.rows}`,
    });
  }
  const result = zeros(a.rows, b.cols);
  kernels.multiply(a, b, result);
  return denseOf(result);
}
