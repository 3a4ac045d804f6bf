// A matrix as the outputs of its inputs see it.
import {
  type InputMoments,
  type Kernels,
  type Matrix,
  matrix,
  type ProgressOptions,
  partialProgress,
} from '@gcompress/core';
import { multiplyTransposed, whitening } from '@gcompress/linalg';

/** Part of the mean squared input that is added to each: enough to factor moments that lack rank, and nothing that counts. */
const DAMPING = 1e-8;
/**
 * `Lᵀ·W`, where `L·Lᵀ` are the moments: its singular values are those of the outputs. As float32: the rounding moves singular vectors, whose errors
 * count twice as little each.
 */
export function whitened(
  weights: Matrix,
  moments: InputMoments,
  kernels: Kernels | undefined,
  progress: ProgressOptions,
): Matrix {
  const { factor } = whitening(moments, DAMPING, kernels, partialProgress(progress, 0, 0.5));
  const product = multiplyTransposed(factor, weights, kernels, partialProgress(progress, 0.5, 1));
  let largest = 0;
  for (let at = 0; at < product.data.length; at++) largest = Math.max(largest, Math.abs(product.data[at]));
  // A scale changes no vector, and brings any matrix into the range of float32
  const values = new Float32Array(product.data.length);
  for (let at = 0; at < values.length; at++) values[at] = product.data[at] / (largest || 1);
  return matrix(weights.shape, values);
}
