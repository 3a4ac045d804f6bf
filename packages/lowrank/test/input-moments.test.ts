import { type InputMoments, type Matrix, matrix, relativeError } from '@gcompress/core';
import { golden, goldenMatrix, type NumpyArray } from '@gcompress/fixtures';
import { momentInputs, momentsOf, outputError } from '@gcompress/fixtures/moment-inputs';
import { normalMatrix } from '@gcompress/testkit';
import { describe, expect, it } from 'vitest';
import { lowRank } from '../src/index.ts';

interface WhitenedCase {
  readonly matrix: string;
  readonly count: number;
  readonly rank: number;
  readonly error: number;
  /** What no product of this rank can beat. */
  readonly smallest: number;
  readonly product: NumpyArray | null;
  /** The part of the whitened energy that is kept. */
  readonly energy: number;
}

const cases = golden<{ readonly whitened: readonly WhitenedCase[] }>('moments').whitened;

const momentsFor = ({ shape }: Matrix, count: number) => momentsOf(momentInputs(count, shape[0]), shape[0]);

describe.each(['truncated', 'exact'] as const)('with input moments, the %s decomposition', (svd) => {
  it.each(cases)('loses least at the outputs: $matrix, rank $rank', ({ rank, count, ...expected }) => {
    const weights = goldenMatrix(expected.matrix);
    const moments = momentsFor(weights, count);
    const compressor = lowRank({ rank, svd, allowLarger: true });
    const result = compressor.compress(weights, { inputMoments: moments });
    const approximation = result.decompress();
    const error = outputError(moments, weights.data, approximation.data);
    expect(Math.abs(error / expected.error - 1)).toBeLessThan(1e-5);
    expect(Math.abs(error / expected.smallest - 1)).toBeLessThan(1e-5);
    expect(error).toBeLessThan(
      0.95 * outputError(moments, weights.data, compressor.compress(weights).decompress().data),
    );
    if (expected.product) {
      const product = matrix(weights.shape, Float32Array.from(expected.product.data));
      expect(relativeError(product, approximation)).toBeLessThan(1e-3);
    }
  });
});

it.each(cases)(
  'energy chooses the rank from the outputs: $matrix, rank $rank',
  ({ rank, energy, count, ...expected }) => {
    const weights = goldenMatrix(expected.matrix);
    const inputMoments = momentsFor(weights, count);
    const rankAt = (part: number) =>
      lowRank({ energy: part, allowLarger: true }).compress(weights, { inputMoments }).factors.b.shape[1];
    expect(rankAt(energy - 1e-5)).toBe(rank);
    expect(rankAt(energy + 1e-5)).toBe(rank + 1);
  },
);

describe('moments that say little', () => {
  const weights = normalMatrix([40, 30]);
  const optimum = (moments: InputMoments, rank: number) =>
    lowRank({ rank }).compress(weights, { inputMoments: moments });

  it('are damped and warned of', () => {
    const moments = momentsFor(weights, 10);
    const result = optimum(moments, 9);
    expect(result.notes).toEqual([
      'lowrank: the input moments were damped, because they come from 10 inputs for 40 rows and 4 of 40 rows have inputs that are always 0.',
    ]);
  });

  it('of fewer inputs than the rank give exact outputs', () => {
    const moments = momentsFor(weights, 7);
    const { decompress } = optimum(moments, 8);
    expect(outputError(moments, weights.data, decompress().data)).toBeLessThan(1e-5);
  });

  it('of one input keep what it sees, and fit the rest', () => {
    const values = new Float64Array(1600);
    values[41 * 3] = 1e-30;
    const moments = { size: 40, count: 1, values };
    const { decompress } = optimum(moments, 5);
    expect(outputError(moments, weights.data, decompress().data)).toBeLessThan(1e-5);
    expect(relativeError(weights, decompress())).toBeLessThan(0.95);
  });
});

it('equal moments give the factors of the matrix itself', () => {
  const weights = normalMatrix([40, 30]);
  const values = Float64Array.from({ length: 1600 }, (_, at) => (at % 41 === 0 ? 7 : 0));
  const plain = lowRank({ rank: 6 }).compress(weights);
  const same = lowRank({ rank: 6 }).compress(weights, { inputMoments: { size: 40, count: 40, values } });
  expect(relativeError(plain.decompress(), same.decompress())).toBeLessThan(1e-5);
  for (const name of ['b', 'c'] as const) {
    const norm = (data: ArrayLike<number>) => Math.sqrt(Array.from(data).reduce((sum, value) => sum + value ** 2, 0));
    expect(norm(same.factors[name].data) / norm(plain.factors[name].data)).toBeCloseTo(1, 5);
  }
});
