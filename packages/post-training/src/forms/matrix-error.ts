// Errors of a compressed matrix: of its entries, and of its outputs for the observed inputs.
import { frobeniusNorm, type InputMoments, type Kernels, type Matrix, matrix } from '@gcompress/core';
import { multiply } from '@gcompress/linalg';

/** Relative errors of a matrix. */
export interface MatrixError {
  /** `‖W − Ŵ‖ / ‖W‖` in the Frobenius norm; 0 for a matrix of zeros. */
  readonly relativeError: number;
  /** `‖X(W − Ŵ)‖ / ‖XW‖` for the inputs X, if their moments are known. */
  readonly outputError?: number;
}

/** Compares a compressed matrix with the original. */
export type CompareMatrix = (compressed: Matrix) => MatrixError;

/**
 * Makes a comparison with a matrix `[m, n]`. It compares only entries if there are no moments, or if the outputs are 0 by the moments.
 */
export function comparison(original: Matrix, moments?: InputMoments, kernels?: Kernels): CompareMatrix {
  let [norm, energy] = [Number.NaN, 0];
  return (compressed) => {
    // Computed at the first comparison, so that preparing a model takes no time
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
  // Rounding may make a tiny sum negative
  return Math.max(0, sum);
}
