// Helpers of the tests: random matrices, refusals and nonzeros.
import { createRandom, isGCompressError, type Matrix, matrix, type Shape2D } from '@gcompress/core';
import { expect } from 'vitest';

/** Independent normal entries. */
export function randomMatrix(shape: Shape2D, seed = 1): Matrix {
  return matrix(shape, Float32Array.from({ length: shape[0] * shape[1] }, createRandom(seed).normal));
}

/** Expects the call to be refused with this code. */
export function expectRefusal(call: () => unknown, code: string): void {
  expect(call).toThrow(expect.toSatisfy((error) => isGCompressError(error, code)));
}

/** Number of nonzero entries. */
export function nonzeros({ data }: Pick<Matrix, 'data'>): number {
  return data.reduce((count, entry) => count + (entry === 0 ? 0 : 1), 0);
}
