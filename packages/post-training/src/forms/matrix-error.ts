// Errors of a compressed matrix: of its entries, and of its outputs for the observed inputs.
import { frobeniusNorm, type InputMoments, type Kernels, type Matrix, matrix } from '@gcompress/core';
import { multiply, shrunkMoments } from '@gcompress/linalg';
import { ratioDeviation } from './ratio-deviation.ts';

/** Relative errors of a matrix. */
export interface MatrixError {
  /** `‖W − Ŵ‖ / ‖W‖` in the Frobenius norm; 0 for a matrix of zeros. */
  readonly relativeError: number;
  /** `‖X(W − Ŵ)‖ / ‖XW‖` for the inputs X, if their moments are known; those of few inputs are shrunk. */
  readonly outputError?: number;
}

/** Errors, and the relative error by which a budget judges a form. */
export interface CountedError extends MatrixError {
  /** The output error if it is known, else the error of the entries; with gains, each column counts by its gain. */
  readonly countedError: number;
  /** Standard deviation of the square of `countedError`: 0 unless the matrix is a sample of columns. */
  readonly deviation: number;
}

/** Compares a compressed matrix with the original. */
export type CompareMatrix = (compressed: Matrix) => CountedError;

/** What is known about the effect of errors, beside the entries. */
export interface Effects {
  /** Moments of the inputs of the matrix. */
  readonly moments?: InputMoments | undefined;
  /** Gains of the columns `[n]`. */
  readonly gains?: Float64Array | undefined;
  readonly kernels?: Kernels | undefined;
  /** The part of the columns that the matrix holds, if it is a sample. Default 1. */
  readonly share?: number | undefined;
}

/**
 * Makes a comparison with a matrix `[m, n]`. It compares only entries if there are no moments, or if the outputs are 0 by the moments.
 */
export function comparison(original: Matrix, effects: Effects = {}): CompareMatrix {
  const { moments, gains, share = 1 } = effects;
  let [norm, energy, gained] = [Number.NaN, 0, 0];
  let whole: Float64Array = new Float64Array();
  return (compressed) => {
    // Computed at the first comparison, so that preparing a model takes no time
    if (Number.isNaN(norm)) {
      norm = frobeniusNorm(original);
      whole = columnEnergies(original, effects);
      energy = moments ? sum(whole) : 0;
      gained = gains ? weightedSum(whole, gains) : 0;
    }
    const error = difference(original, compressed);
    const relativeError = norm === 0 ? 0 : frobeniusNorm(error) / norm;
    const own = columnEnergies(error, effects);
    const outputError = energy > 0 ? Math.sqrt(sum(own) / energy) : undefined;
    const countedError =
      gains && gained > 0 ? Math.sqrt(weightedSum(own, gains) / gained) : (outputError ?? relativeError);
    const deviation = share < 1 ? ratioDeviation(own, whole, { weights: gains, share }) : 0;
    return { relativeError, countedError, deviation, ...(outputError !== undefined && { outputError }) };
  };
}

function difference(original: Matrix, compressed: Matrix): Matrix {
  return matrix(
    original.shape,
    original.data.map((value, at) => value - compressed.data[at]),
  );
}

/** `‖W − Ŵ‖ / ‖W‖`; 0 for a matrix of zeros. */
export function relativeDistance(original: Matrix, compressed: Matrix): number {
  const norm = frobeniusNorm(original);
  return norm === 0 ? 0 : frobeniusNorm(difference(original, compressed)) / norm;
}

/**
 * The cost at the outputs of the model if all of a matrix were lost: `Σ gain · ‖column‖²`. With moments the squared norms are those of the
 * outputs, relative to inputs of mean square 1, for which gains are measured.
 */
export function gainedEnergy(original: Matrix, gains: Float64Array, effects: Effects): number {
  const { moments } = effects;
  let meanSquare = 1;
  if (moments) {
    const { size, values } = moments;
    meanSquare = 0;
    for (let at = 0; at < size; at++) meanSquare += values[at * size + at] / size;
  }
  return meanSquare > 0 ? weightedSum(columnEnergies(original, effects), gains) / meanSquare : 0;
}

/**
 * `‖w‖²` of each column w, or with moments `wᵀ·H·w` for `H = XᵀX`: the squared norm of the outputs `Xw`. Moments are shrunk here rather than kept
 * shrunk, because those of a whole model take more memory than the model.
 */
function columnEnergies(weights: Matrix, { moments, kernels }: Effects): Float64Array {
  const [, columns] = weights.shape;
  const energies = new Float64Array(columns);
  const products = moments
    ? multiply({ shape: [moments.size, moments.size], data: shrunkMoments(moments).values }, weights, kernels).data
    : weights.data;
  for (let at = 0; at < products.length; at++) energies[at % columns] += products[at] * weights.data[at];
  // Rounding may make a tiny sum negative
  return energies.map((energy) => Math.max(0, energy));
}

function sum(values: Float64Array): number {
  return values.reduce((total, value) => total + value, 0);
}

function weightedSum(values: Float64Array, weights: Float64Array): number {
  return values.reduce((total, value, at) => total + value * weights[at], 0);
}
