// Factors and ranks, compared with the Python library.
import { type Matrix, matrix, relativeError } from '@gcompress/core';
import { golden, goldenMatrix, type NumpyArray } from '@gcompress/fixtures';
import { describe, expect, it } from 'vitest';
import { bitsFromPercent, bitsFromPercentOfColumns } from '../src/bits-choice.ts';
import { encode } from '../src/encoder.ts';
import { planeEncoder } from '../src/plane-encoder.ts';

interface SimhashCase {
  readonly name: string;
  readonly matrix: string;
  readonly k: number;
  readonly rank: number;
  readonly projection: NumpyArray;
  readonly signs: NumpyArray;
  readonly scales: readonly number[];
  readonly approximation: NumpyArray;
  readonly relativeError: number;
}

interface RankCase {
  readonly shape: readonly [number, number];
  readonly rank: number;
  readonly simhashHost: number;
  readonly simhashTensor: number;
}

describe('the Python library', () => {
  it.each(golden<RankCase[]>('rank'))(
    'has the same number of bits for a matrix $shape at percent $rank',
    (expected) => {
      expect(bitsFromPercent(expected.shape, expected.rank)).toBe(expected.simhashHost);
      expect(bitsFromPercentOfColumns(expected.shape, expected.rank)).toBe(expected.simhashTensor);
    },
  );

  it.each(golden<SimhashCase[]>('simhash'))('gives the same factors for the projection of $name', (expected) => {
    const original = goldenMatrix(expected.matrix);
    const [rows, cols] = original.shape;
    expect(bitsFromPercent(original.shape, expected.rank)).toBe(expected.k);

    const { projection, signs, scales } = encode(
      (pace) => planeEncoder(original, Float32Array.from(expected.projection.data), pace),
      { scales: 'norm', refine: 0 },
      {},
    );
    expect(Array.from(signs)).toEqual(Array.from(expected.signs.data));
    for (const [j, scale] of expected.scales.entries()) expect(scales[j] / scale).toBeCloseTo(1, 6);

    const approximation = product(rows, cols, projection, signs, scales);
    expect(relativeError(matrix(original.shape, expected.approximation.data), approximation)).toBeLessThan(1e-6);
    expect(relativeError(original, approximation)).toBeCloseTo(expected.relativeError, 6);
  });
});

function product(rows: number, cols: number, r: Float32Array, s: Float32Array, d: Float32Array): Matrix {
  const bits = s.length / cols;
  return matrix(
    [rows, cols],
    Float32Array.from({ length: rows * cols }, (_, at) => {
      const [i, j] = [Math.floor(at / cols), at % cols];
      let sum = 0;
      for (let p = 0; p < bits; p++) sum += r[i * bits + p] * s[p * cols + j];
      return sum * d[j];
    }),
  );
}
