// Random matrices that decompositions meet: a signal whose directions become smaller, and noise.
import { createRandom, type Kernels, type Matrix, matrix } from '@gcompress/core';
import { multiply } from '@gcompress/linalg';

/** Directions of the signal. */
export const DIRECTIONS = 128;

/** {@link DIRECTIONS} directions, the i-th of size `i^-0.5`, and noise. */
export function decayingMatrix(rows: number, cols: number, kernels: Kernels): Matrix {
  const random = createRandom(1);
  const normals = (length: number) => Float32Array.from({ length }, () => random.normal());
  const left = normals(rows * DIRECTIONS).map((entry, at) => (0.6 * entry) / Math.sqrt((at % DIRECTIONS) + 1));
  const product = multiply(
    { shape: [rows, DIRECTIONS], data: left },
    { shape: [DIRECTIONS, cols], data: normals(DIRECTIONS * cols) },
    kernels,
  );
  return matrix(
    [rows, cols],
    Float32Array.from(product.data, (entry) => entry + 0.8 * random.normal()),
  );
}
