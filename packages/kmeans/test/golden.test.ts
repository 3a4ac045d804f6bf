// Errors on golden matrices, compared with the optimum and with the Python library.
import { matrix } from '@gcompress/core';
import { golden, goldenMatrix, type NumpyArray } from '@gcompress/fixtures';
import { ckmeans } from 'simple-statistics';
import { describe, expect, it } from 'vitest';
import { kMeans, prune } from '../src/index.ts';
import { squaredError } from './support.ts';

interface KMeansCase {
  readonly name: string;
  readonly matrix: string;
  readonly levels: number;
  readonly blockSize: number;
  readonly sumOfSquares: number;
  /** The optimum of one-dimensional k-means; for small matrices only. */
  readonly optimalSumOfSquares?: number;
}

const cases = golden<KMeansCase[]>('kmeans');

describe('single entries', () => {
  it.each(cases.filter(({ blockSize }) => blockSize === 1))('have the optimal codebook on $name', (entry) => {
    const a = goldenMatrix(entry.matrix);
    const error = squaredError(a, kMeans({ allowLarger: true, levels: entry.levels }).compress(a).decompress());
    const optimum = entry.optimalSumOfSquares ?? optimumOf(a.data, entry.levels);
    expect(error).toBeLessThanOrEqual(optimum * (1 + 1e-6));
    expect(error).toBeLessThanOrEqual(entry.sumOfSquares);
  });
});

describe('blocks', () => {
  it.each(cases.filter(({ blockSize }) => blockSize > 1))(
    'have at most the error of the Python library on $name',
    (entry) => {
      const a = goldenMatrix(entry.matrix);
      const { levels, blockSize } = entry;
      const error = squaredError(a, kMeans({ allowLarger: true, levels, blockSize }).compress(a).decompress());
      expect(error).toBeLessThanOrEqual(entry.sumOfSquares * 1.001);
    },
  );
});

describe('prune', () => {
  const pruneCases = golden<{ matrix: string; fraction: number; pruned: NumpyArray }[]>('prune');

  it.each(pruneCases)(
    'equals the Python library on $matrix with fraction $fraction',
    ({ matrix: name, fraction, pruned }) => {
      const a = goldenMatrix(name);
      const before = a.data.slice();
      expect(prune(a, fraction)).toEqual(matrix(a.shape, Float32Array.from(pruned.data)));
      expect(a.data).toEqual(before);
    },
  );
});

/** The error of an independent implementation of optimal one-dimensional k-means (Wang and Song, 2011). */
function optimumOf(values: Float32Array, levels: number): number {
  return ckmeans(Array.from(values), levels).reduce((sum, cluster) => {
    const mean = cluster.reduce((total, value) => total + value, 0) / cluster.length;
    return sum + cluster.reduce((total, value) => total + (value - mean) ** 2, 0);
  }, 0);
}
