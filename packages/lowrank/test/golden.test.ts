import { type Factor, frobeniusNorm, matrix, relativeError } from '@gcompress/core';
import { golden, goldenMatrix, type NumpyArray } from '@gcompress/fixtures';
import { describe, expect, it } from 'vitest';
import { lowRank, rankFromPercent } from '../src/index.ts';

interface RankCase {
  readonly shape: readonly [number, number];
  /** The percent divisor. */
  readonly rank: number;
  readonly lowRank: number;
}

interface LowRankCase {
  readonly name: string;
  readonly matrix: string;
  /** The percent divisor. */
  readonly rank: number;
  readonly k: number;
  readonly relativeError: number;
  readonly normB: number;
  readonly normC: number;
  /** The product of the factors, for small matrices. */
  readonly approximation: NumpyArray | null;
}

/**
 * The relative error of float32. The Python library keeps its factors in float64. Here, factors and each entry of their product are
 * rounded to 24 bits: three roundings of at most 2⁻²⁴ each, which partly cancel. An exact result therefore has a relative error of
 * about 5e-8, and results in float32 cannot be told apart below this.
 */
const STORAGE = 2 ** -23;

const norm = ({ data }: Factor) => frobeniusNorm(matrix([1, data.length], Float32Array.from(data)));

it.each(golden<RankCase[]>('rank'))('the rank of a matrix $shape at percent $rank is $lowRank', (expected) => {
  expect(rankFromPercent(expected.shape, expected.rank)).toBe(expected.lowRank);
});

describe.each(['truncated', 'exact'] as const)('the %s decomposition', (svd) => {
  it.each(golden<LowRankCase[]>('lowrank'))('gives the factors of the Python library on $name', (expected) => {
    const original = goldenMatrix(expected.matrix);
    const compressed = lowRank({ percent: expected.rank, allowLarger: true, svd }).compress(original);
    const { b, c } = compressed.factors;
    expect([b.shape, c.shape]).toEqual([
      [original.shape[0], expected.k],
      [expected.k, original.shape[1]],
    ]);

    const error = relativeError(original, compressed.decompress());
    expect(Math.abs(error - expected.relativeError)).toBeLessThan(1e-6 * expected.relativeError + STORAGE);
    expect(Math.abs(norm(b) / expected.normB - 1)).toBeLessThan(STORAGE);
    expect(Math.abs(norm(c) / expected.normC - 1)).toBeLessThan(STORAGE);
    if (expected.approximation) {
      const approximation = matrix(original.shape, Float32Array.from(expected.approximation.data));
      expect(relativeError(approximation, compressed.decompress())).toBeLessThan(STORAGE);
    }
  });
});
