import { type Kernels, type Matrix, matrix, relativeError } from '@gcompress/core';
import type { SizeBudget } from '@gcompress/core/checks';
import { portableKernels } from '@gcompress/linalg';
import { denseMatrices } from '@gcompress/testkit';
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { allocateRanks, breakEvenRank, lowRank } from '../src/index.ts';

/** A matrix with these singular values, on the diagonal. */
function diagonal(shape: readonly [number, number], values: readonly number[]): Matrix {
  const data = new Float32Array(shape[0] * shape[1]);
  for (const [i, value] of values.entries()) data[i * shape[1] + i] = value;
  return matrix(shape, data);
}

const error = (weights: Matrix, rank: number) =>
  relativeError(weights, lowRank({ rank }).compress(weights).decompress());

const steep = diagonal([20, 20], [100, 1, 1, 1, 1, 1, 1, 1, 1, 1]);
const flat = diagonal(
  [20, 20],
  Array.from({ length: 20 }, () => 1),
);

describe('allocateRanks', () => {
  it('gives each rank to the matrix whose error falls most', () => {
    expect(allocateRanks({ steep, flat }, { ratio: 2 })).toEqual({ steep: 1, flat: 9 });
    expect(allocateRanks({ steep, flat }, { bytes: 40 * 4 * 4 })).toEqual({ steep: 1, flat: 3 });
  });

  it('gives a small matrix more ranks than an equal ratio would', () => {
    const large = diagonal([200, 100], [10, 5, 2, 1]);
    const small = diagonal(
      [20, 20],
      Array.from({ length: 20 }, () => 3),
    );
    expect(allocateRanks({ large, small }, { ratio: 12 }).small).toBe(breakEvenRank([20, 20]));
  });

  it('stays within the budget, and moving one rank to the other matrix never helps', () => {
    const side = fc.integer({ min: 4, max: 9 });
    const sides = fc.tuple(side, side);
    const pair = fc.tuple(denseMatrices(sides), denseMatrices(sides));
    fc.assert(
      fc.property(pair, fc.double({ min: 2.2, max: 4, noNaN: true }), ([a, b], ratio) => {
        const cost = ({ shape }: Matrix, rank: number) => rank * (shape[0] + shape[1]);
        const budget = Math.floor((a.data.length + b.data.length) / ratio);
        fc.pre(budget >= cost(a, 1) + cost(b, 1));
        const ranks = allocateRanks({ a, b }, { ratio });
        expect(cost(a, ranks.a) + cost(b, ranks.b)).toBeLessThanOrEqual(budget);
        // Moving one rank from one matrix to the other never helps, where it costs no more
        const sum = (x: number, y: number) => error(a, x) ** 2 + error(b, y) ** 2;
        const now = sum(ranks.a, ranks.b);
        if (ranks.a > 1 && ranks.b < breakEvenRank(b.shape) && cost(b, 1) <= cost(a, 1)) {
          expect(sum(ranks.a - 1, ranks.b + 1)).toBeGreaterThan(now - 1e-6);
        }
      }),
      { numRuns: 25 },
    );
  });

  it('with moments, gives ranks to the matrix whose outputs lose most', () => {
    // Only the first input of flat is ever large, so that one rank keeps nearly all of its outputs
    const values = Float64Array.from({ length: 400 }, (_, at) => (at === 0 ? 1e6 : at % 21 === 0 ? 1 : 0));
    const inputMoments = new Map([['flat', { size: 20, count: 100, values }]]);
    const other = { ...flat };
    expect(allocateRanks({ flat, other }, { ratio: 2 })).toEqual({ flat: 9, other: 1 });
    expect(allocateRanks({ flat, other }, { ratio: 2 }, { inputMoments })).toEqual({ flat: 1, other: 9 });
  });

  it('moments of equal, independent inputs and of other matrices change nothing', () => {
    const values = Float64Array.from({ length: 400 }, (_, at) => (at % 21 === 0 ? 3 : 0));
    const inputMoments = new Map([
      ['steep', { size: 20, count: 100, values }],
      ['another', { size: 3, count: 1, values: new Float64Array(9).fill(1) }],
    ]);
    expect(allocateRanks({ steep, flat }, { ratio: 2 }, { inputMoments })).toEqual(
      allocateRanks({ steep, flat }, { ratio: 2 }),
    );
  });

  it.each<[string, unknown, string]>([
    ['an object', { flat: 1 }, 'inputMoments: expected a map'],
    ['moments of other inputs', new Map([['flat', { size: 3, count: 1, values: new Float64Array(9) }]]), "'flat'"],
  ])('refuses %s as moments', (_, inputMoments, message) => {
    expect(() => allocateRanks({ steep, flat }, { ratio: 2 }, { inputMoments: inputMoments as never })).toThrow(
      message,
    );
  });

  it.each([
    [{ ratio: 1 }, 'allocateRanks ratio: expected'],
    [{ ratio: 100 }, 'allocateRanks ratio: expected at most 10, the ratio of rank 1 for every matrix, got 100'],
    [{ bytes: 319 }, 'allocateRanks bytes: expected at least 320, the bytes of rank 1 for every matrix, got 319'],
    [{ ratio: 2, bytes: 400 }, 'allocateRanks'],
    [{}, 'allocateRanks'],
    [{ rank: 3 }, 'allocateRanks'],
  ])('refuses the budget %j', (budget, message) => {
    expect(() => allocateRanks({ steep, flat }, budget as SizeBudget)).toThrow(message);
  });

  it('names the matrix that cannot become smaller', () => {
    const row = matrix([1, 9], new Float32Array(9).fill(1));
    expect(() => allocateRanks({ steep, row }, { ratio: 2 })).toThrow("allocateRanks 'row': expected");
  });

  it('computes with the given kernels', () => {
    let calls = 0;
    const updateThenMultiply: Kernels['updateThenMultiply'] = (...args) => {
      calls++;
      return portableKernels.updateThenMultiply(...args);
    };
    const kernels = { ...portableKernels, updateThenMultiply };
    expect(allocateRanks({ steep, flat }, { ratio: 2 }, { kernels })).toEqual({ steep: 1, flat: 9 });
    expect(calls).toBeGreaterThan(0);
    const wrong = { kernels: {} as Kernels };
    expect(() => allocateRanks({ steep, flat }, { ratio: 2 }, wrong)).toThrow('kernels.multiply');
  });

  it('gives a zero matrix rank 1', () => {
    expect(allocateRanks({ flat, zero: diagonal([20, 20], []) }, { ratio: 1.5 })).toEqual({ flat: 9, zero: 1 });
  });
});
