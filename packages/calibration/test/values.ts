// Numbers for tests.
import { createRandom, type InputMoments } from '@gcompress/core';
import * as tf from '@tensorflow/tfjs';
import { expect } from 'vitest';

/** Seeded normal values. */
export function normal(shape: readonly number[], seed = 1): tf.Tensor {
  const random = createRandom(seed);
  const size = shape.reduce((product, side) => product * side, 1);
  return tf.tensor(
    Float32Array.from({ length: size }, () => random.normal()),
    [...shape],
  );
}

/** `Σ xᵀx` over rows. */
export function momentsOf(rows: readonly (readonly number[])[]): number[] {
  const size = rows[0].length;
  const sums = new Array<number>(size * size).fill(0);
  for (const row of rows) {
    for (let i = 0; i < size; i++) for (let j = 0; j < size; j++) sums[i * size + j] += row[i] * row[j];
  }
  return sums;
}

/** Expects values to be equal to 1e-5 of the largest one. */
export function expectClose(actual: ArrayLike<number> | undefined, expected: ArrayLike<number>): void {
  const list = Array.from(expected);
  const largest = list.reduce((most, value) => Math.max(most, Math.abs(value)), 0);
  expect(actual?.length).toBe(list.length);
  const apart = list.reduce((most, value, at) => Math.max(most, Math.abs(value - (actual?.[at] ?? Number.NaN))), 0);
  expect(apart / largest).toBeLessThan(1e-5);
}

/** `Σ y²` of each column of a matrix `[size, columns]`, through the moments of what it multiplies. */
export function squaresThrough({ size, values }: InputMoments, matrix: ArrayLike<number>): number[] {
  const columns = matrix.length / size;
  return Array.from({ length: columns }, (_, column) => {
    let sum = 0;
    for (let i = 0; i < size; i++) {
      for (let j = 0; j < size; j++)
        sum += matrix[i * columns + column] * values[i * size + j] * matrix[j * columns + column];
    }
    return sum;
  });
}
