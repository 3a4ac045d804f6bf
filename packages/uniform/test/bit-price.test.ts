// Levels at a price of a bit: what they cost, and how the price grows while a model trains.
import { type MatrixCompressor, relativeError } from '@gcompress/core';
import { goldenMatrix } from '@gcompress/fixtures';
import { momentInputs, momentsOf, outputError } from '@gcompress/fixtures/moment-inputs';
import { normalMatrix } from '@gcompress/testkit';
import { describe, expect, it } from 'vitest';
import { uniform } from '../src/index.ts';

/** Error and bits together at this price of a bit. */
function cost(compressor: MatrixCompressor, lambda: number, weights = goldenMatrix('trained-300x100')): number {
  const compressed = uniform(compressor.options as never).compress(weights);
  const error = relativeError(weights, compressed.decompress());
  const energy = weights.data.reduce((sum, value) => sum + value * value, 0);
  return error ** 2 * energy + lambda * 8 * compressed.byteLength;
}

describe('levels at a price of a bit', () => {
  it.each([1e-4, 3e-4, 1e-3])('cost less at their own price %f than levels chosen for another price', (lambda) => {
    const own = cost(uniform({ lambda }), lambda);
    expect(own).toBeLessThan(cost(uniform({ lambda: lambda * 6 }), lambda));
    expect(own).toBeLessThan(cost(uniform({ lambda: lambda / 6 }), lambda));
  });

  it('have the step at which error and bits are in balance', () => {
    const { factors } = uniform({ lambda: (Math.LN2 / 6) * 0.01 }).compress(normalMatrix([200, 100], 3));
    const step = factors.steps.data[0] * Math.min(...factors.levels.data.map(Math.abs).filter((level) => level > 0));
    // Fitted afterwards, which moves it a little
    expect(step).toBeGreaterThan(0.095);
    expect(step).toBeLessThan(0.105);
  });

  it('keep their bytes when input moments make the output error smaller', () => {
    const weights = goldenMatrix('trained-300x100');
    const inputMoments = momentsOf(momentInputs(600, 300), 300);
    const [plain, aided] = [{}, { inputMoments }].map((aids) => uniform({ lambda: 5e-4 }).compress(weights, aids));
    expect(aided.byteLength).toBeLessThanOrEqual(plain.byteLength + 2);
    const [before, after] = [plain, aided].map(({ decompress }) =>
      outputError(inputMoments, weights.data, decompress().data),
    );
    expect(after).toBeLessThan(0.8 * before);
  });

  it('have the smallest step that fits when the price is too low for the planned bytes', () => {
    const weights = normalMatrix([60, 40]);
    const compressor = uniform({ lambda: 1e-25 });
    expect(compressor.compress(weights).byteLength).toBeLessThanOrEqual(compressor.plan(weights.shape).byteLength);
  });
});

describe('a price that grows', () => {
  const lambda = { initial: 1e-4, target: 1e-2, begin: 10, end: 50, frequency: 10 };
  const compressor = uniform({ lambda });

  it('rises by the same factor in equal times, from begin to end', () => {
    const at = [-1, 0, 10, 19, 20, 30, 49, 50, 1000].map((step) => Number(compressor.atStep?.(step).options.lambda));
    const expected = [1e-4, 1e-4, 1e-4, 1e-4, 10 ** -3.5, 1e-3, 10 ** -2.5, 1e-2, 1e-2];
    for (const [i, price] of at.entries()) expect(price).toBeCloseTo(expected[i], 12);
  });

  it('makes a matrix sparser', () => {
    const weights = goldenMatrix('trained-300x100');
    const zeros = [0, 30, 50].map((step) => {
      const { factors } = uniform(compressor.atStep?.(step).options as never).compress(weights);
      return factors.levels.data.filter((level) => level === 0).length;
    });
    expect(zeros).toEqual([...zeros].sort((a, b) => a - b));
    expect(zeros[2]).toBeGreaterThan(2 * zeros[0]);
  });

  it('has its last value outside training, and cannot be scaled by a factor', () => {
    const weights = normalMatrix([60, 40]);
    expect(compressor.compress(weights).decompress()).toEqual(uniform({ lambda: 1e-2 }).compress(weights).decompress());
    expect(compressor.withBitPrice).toBeUndefined();
  });
});
