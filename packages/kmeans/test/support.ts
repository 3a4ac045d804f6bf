// Helpers of the tests: errors, random matrices and blocks.
import { createRandom, type Matrix, matrix, type Shape2D } from '@gcompress/core';
import type { Blocks } from '../src/layout/blocks.ts';

/** `Σ w (a − b)²`; without importance, all weights are 1. */
export function squaredError(a: Matrix, b: Matrix, importance?: Matrix): number {
  return a.data.reduce((sum, entry, i) => sum + (importance?.data[i] ?? 1) * (entry - b.data[i]) ** 2, 0);
}

/** A matrix of normal entries. */
export function randomMatrix(shape: Shape2D, seed = 1): Matrix {
  const random = createRandom(seed);
  return matrix(shape, Float32Array.from({ length: shape[0] * shape[1] }, random.normal));
}

/** Unweighted blocks from their rows. */
export function blocksFrom(rows: readonly (readonly number[])[], weights?: readonly (readonly number[])[]): Blocks {
  return {
    count: rows.length,
    size: rows[0].length,
    data: Float32Array.from(rows.flat()),
    weights: weights && Float32Array.from(weights.flat()),
  };
}
