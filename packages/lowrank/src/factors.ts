// Low-rank factors of a matrix: the nearest in its entries, or in its outputs for given inputs.
import {
  type Factor,
  type FactorizeOptions,
  floatFactor,
  type Kernels,
  type Matrix,
  type ProgressOptions,
  partialProgress,
} from '@gcompress/core';
import { momentsWeakness, multiply, type Svd, singularValues, thinSvd, truncatedSvd } from '@gcompress/linalg';
import { energyKept, rankForEnergy } from './rank.ts';
import { whitened } from './whitened.ts';

/** How the factors are found. */
export interface Decomposition {
  readonly svd: 'truncated' | 'exact';
  readonly tolerance?: number | undefined;
  readonly seed: number;
  /** The part of the energy to keep; undefined for the planned rank. */
  readonly energy?: number | undefined;
}

/** Progress at which the moments are applied, and at which the rank for an energy is chosen. */
const TO_WHITEN = 0.3;
const TO_CHOOSE = 0.65;
const TO_DECOMPOSE = 0.9;

/**
 * The factors of rank `planned`, or of the smaller rank that keeps the energy.
 *
 * With moments, the matrix that is decomposed is `Lᵀ·W`, where `L·Lᵀ` are the moments, so that what is left out is least at the outputs. Its
 * right singular vectors V are all that is needed: the best b for the rows `Vᵀ` is `W·V`, whatever the inputs.
 */
export function lowRankFactors(
  weights: Matrix,
  planned: number,
  how: Decomposition,
  options: FactorizeOptions,
): Record<'b' | 'c', Factor> {
  const { inputMoments, kernels } = options;
  const { signal, onProgress } = options;
  const listeners = { signal, onProgress };
  const whiten = inputMoments ? TO_WHITEN : 0;
  const choose = how.energy === undefined ? whiten : TO_CHOOSE;
  const seen = inputMoments ? whitened(weights, inputMoments, kernels, partialProgress(listeners, 0, whiten)) : weights;
  const weakness = inputMoments && momentsWeakness(inputMoments);
  if (weakness) options.warn(`lowrank: ${weakness}.`);
  const rank =
    how.energy === undefined
      ? planned
      : rankUpTo(planned, how.energy, seen, options, partialProgress(listeners, whiten, choose));
  if (!inputMoments) {
    return balanced(weights.shape, rank, decompose(seen, rank, how, partialProgress(listeners, choose, 1), kernels));
  }
  const svd = decompose(seen, rank, how, partialProgress(listeners, choose, TO_DECOMPOSE), kernels);
  return projected(weights, rank, svd, kernels, partialProgress(listeners, TO_DECOMPOSE, 1));
}

/** The rank that keeps this part of the energy, at most `most`; warns when `most` keeps less. */
function rankUpTo(
  most: number,
  energy: number,
  seen: Matrix,
  { kernels, warn }: FactorizeOptions,
  progress: ProgressOptions,
): number {
  const values = singularValues(seen, kernels, progress);
  const needed = rankForEnergy(values, energy);
  if (needed <= most) return needed;
  const kept = energyKept(values, most);
  const [rows, cols] = seen.shape;
  const reason = `a matrix [${rows}, ${cols}] gets rank ${most} at most, and ${energy} needs rank ${needed}`;
  warn(`lowrank: ${kept.toPrecision(4)} of the energy is kept where ${energy} was asked: ${reason}.`);
  return most;
}

/** At least the `rank` largest singular values and vectors. */
function decompose(
  seen: Matrix,
  rank: number,
  { svd, tolerance, seed }: Decomposition,
  progress: ProgressOptions,
  kernels: Kernels | undefined,
): Svd {
  if (svd === 'exact') return thinSvd(seen, kernels, progress);
  return truncatedSvd(seen, rank, {
    ...(tolerance !== undefined && { tolerance }),
    seed,
    ...progress,
    ...(kernels && { kernels }),
  });
}

/** Factors of the first `rank` singular triples: each side takes the square roots of the singular values. */
export function balanced([rows, cols]: Matrix['shape'], rank: number, { u, s, v }: Svd): Record<'b' | 'c', Factor> {
  const b = new Float32Array(rows * rank);
  const c = new Float32Array(rank * cols);
  for (let j = 0; j < rank; j++) {
    const root = Math.sqrt(s[j]);
    for (let i = 0; i < rows; i++) b[i * rank + j] = u[i * s.length + j] * root;
    for (let i = 0; i < cols; i++) c[j * cols + i] = v[i * s.length + j] * root;
  }
  return { b: floatFactor([rows, rank], b), c: floatFactor([rank, cols], c) };
}

/** `W·V` and `Vᵀ` for the first `rank` right singular vectors; each column of b and its row of c get equal norms. */
function projected(
  weights: Matrix,
  rank: number,
  { v, s }: Svd,
  kernels: Kernels | undefined,
  progress: ProgressOptions,
): Record<'b' | 'c', Factor> {
  const [rows, cols] = weights.shape;
  const vectors = new Float64Array(cols * rank);
  for (let i = 0; i < cols; i++) for (let j = 0; j < rank; j++) vectors[i * rank + j] = v[i * s.length + j];
  const images = multiply(weights, { shape: [cols, rank], data: vectors }, kernels, progress).data;
  const b = new Float32Array(rows * rank);
  const c = new Float32Array(rank * cols);
  for (let j = 0; j < rank; j++) {
    let squares = 0;
    for (let i = 0; i < rows; i++) squares += images[i * rank + j] ** 2;
    // A vector that the matrix does not reach is left out on both sides
    const root = s[j] > 0 ? squares ** 0.25 : 0;
    if (root === 0) continue;
    for (let i = 0; i < rows; i++) b[i * rank + j] = images[i * rank + j] / root;
    for (let i = 0; i < cols; i++) c[j * cols + i] = vectors[i * rank + j] * root;
  }
  return { b: floatFactor([rows, rank], b), c: floatFactor([rank, cols], c) };
}
