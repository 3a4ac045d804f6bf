// How far a compressed matrix is off: in its entries, and in the outputs for the inputs that were observed.
import { frobeniusNorm, type InputMoments, type Kernels, type Matrix, matrix } from '@gcompress/core';
import { multiply } from '@gcompress/linalg';

/** Errors of a matrix, each a part of what it should be. */
export interface MatrixError {
  /** `‖W − Ŵ‖ / ‖W‖` in the Frobenius norm; 0 for a matrix of zeros. */
  readonly relativeError: number;
  /** `‖X(W − Ŵ)‖ / ‖XW‖` for the inputs X whose moments are known. */
  readonly outputError?: number;
}

/** Compares with the original what stands for it. */
export type CompareMatrix = (compressed: Matrix) => MatrixError;

/**
 * Comparisons with a matrix `[m, n]`. Without moments, or with moments that say that its outputs are 0, only entries are compared.
 */
export function comparison(original: Matrix, moments?: InputMoments, kernels?: Kernels): CompareMatrix {
  let [norm, energy] = [Number.NaN, 0];
  return (compressed) => {
    // At the first comparison, so that a model is ready at once
    if (Number.isNaN(norm)) {
      norm = frobeniusNorm(original);
      energy = moments ? outputEnergy(original, moments, kernels) : 0;
    }
    const error = matrix(
      original.shape,
      original.data.map((value, at) => value - compressed.data[at]),
    );
    const relativeError = norm === 0 ? 0 : frobeniusNorm(error) / norm;
    if (!moments || !(energy > 0)) return { relativeError };
    return { relativeError, outputError: Math.sqrt(outputEnergy(error, moments, kernels) / energy) };
  };
}

/** `tr(Wᵀ·H·W)` for the moments `H = XᵀX`: the squared norm of the outputs `XW`. */
function outputEnergy(weights: Matrix, { size, values }: InputMoments, kernels: Kernels | undefined): number {
  const products = multiply({ shape: [size, size], data: values }, weights, kernels).data;
  let sum = 0;
  for (let at = 0; at < products.length; at++) sum += products[at] * weights.data[at];
  // Rounding may leave less than nothing of a tiny sum
  return Math.max(0, sum);
}
