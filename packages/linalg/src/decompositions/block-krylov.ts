// Block Krylov iteration for the leading singular vectors of a large matrix.

import type { Kernels } from '@gcompress/core';
import { createRandom } from '@gcompress/core';
import type { HeldMatrix } from '@gcompress/core/hosts';
import { block, type View, type View64, viewOf, zeros } from '../views/view.ts';
import { KrylovBasis } from './krylov-basis.ts';
import type { SymmetricEigen } from './symmetric-eigen.ts';

/** Arguments of {@link blockKrylov}. */
export interface KrylovRequest {
  readonly rank: number;
  /** Allowed relative excess of the error over the smallest possible error. */
  readonly tolerance: number;
  readonly seed: number;
  /** `‖A‖²`. */
  readonly energy: number;
  /** The largest basis allowed. */
  readonly limit: number;
  readonly kernels: Kernels;
  /** The matrix as held by the kernels for float32 products. */
  readonly held?: HeldMatrix;
}

/** Part of the energy of A below which the rest counts as rounding error: a relative error of one millionth. */
const NOTHING_LEFT = 1e-12;

/** Vectors of a block. Fewer vectors need a smaller basis in all, but make the products with A less efficient. */
export function blockWidth(rank: number): number {
  return rank <= 32 ? 8 : 16;
}

/**
 * Orthonormal columns `[n, rank]` that capture nearly as much energy of `a [m, n]` as its leading right singular vectors;
 * undefined if this needs a larger basis than allowed.
 *
 * Block Lanczos iteration on `AᵀA` with full orthogonalisation and Rayleigh–Ritz; with a random first block this is the
 * method of Musco and Musco (2015). A block finds at most as many copies of a repeated singular value as it has vectors.
 * Converged vectors are therefore checked by two steps from another random block.
 */
export function blockKrylov(a: View, request: KrylovRequest): View64 | undefined {
  const { rank, tolerance, seed, energy, limit, kernels, held } = request;
  const width = blockWidth(rank);
  const basis = new KrylovBasis(a, held, energy, limit, createRandom(seed), kernels);
  let next = basis.randomBlock(width);
  let due = rank + width;
  let energyAtRestart = Number.NEGATIVE_INFINITY;
  // Excess error accepted at restarts
  let forgone = 0;
  while (basis.size + width <= limit) {
    const extension = basis.extend(next);
    next = extension.next;
    if (basis.size < due) continue;
    const ritz = basis.ritz(rank + 1);
    const captured = ritz.values.subarray(0, rank).reduce((sum, value) => sum + value, 0);
    const rest = energy - captured;
    const leading = block(viewOf(ritz.vectors), 0, 0, basis.size, rank);
    if (!(rest > NOTHING_LEFT * energy)) return basis.combine(leading);
    const excess = missingEnergy(ritz, leading, extension.residual, kernels) / (2 * rest);
    if (forgone + excess > tolerance) {
      due = basis.size + (excess > 20 * tolerance ? 2 : 1) * width;
    } else if (captured - energyAtRestart <= 2 * tolerance * rest) {
      return basis.combine(leading);
    } else {
      forgone += excess;
      energyAtRestart = captured;
      next = basis.randomBlock(width);
      due = basis.size + 2 * width;
    }
  }
  return undefined;
}

/**
 * Estimate of the difference between the leading eigenvalues and their Ritz values, from the residuals r: for each value
 * `‖r‖² / gap`, with the gap to the first omitted value, and at most the bound `‖r‖`.
 */
function missingEnergy({ values }: SymmetricEigen, leading: View64, residual: View64, kernels: Kernels): number {
  const rank = leading.cols;
  const width = residual.rows;
  const residuals = zeros(width, rank);
  kernels.multiply(residual, block(leading, leading.rows - width, 0), residuals);
  let missing = 0;
  for (let i = 0; i < rank; i++) {
    let square = 0;
    for (let j = 0; j < width; j++) square += residuals.data[j * rank + i] * residuals.data[j * rank + i];
    const bound = Math.sqrt(square);
    const gap = values[i] - values[rank];
    missing += gap > bound ? square / gap : bound;
  }
  return missing;
}
