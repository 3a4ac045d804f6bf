import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { histogramOf } from '../../src/summaries/index.ts';

describe('histogramOf', () => {
  it('counts each number in the bucket between its two limits', () => {
    const number = fc.oneof(
      fc.double({ noNaN: true, noDefaultInfinity: true }),
      fc.constantFrom(0, -0, 1e-12, -1e-12, 1e-12 * 1.1, 1e20, -1e20, Number.MAX_VALUE, -Number.MAX_VALUE),
    );
    fc.assert(
      fc.property(fc.array(number, { minLength: 1, maxLength: 60 }), (values) => {
        const { min, max, count, limits, counts } = histogramOf(values);
        expect([min, max, count]).toEqual([Math.min(...values), Math.max(...values), values.length]);
        const isIn = (value: number, i: number) => {
          // The last bucket takes its limit, too: no number is above it
          if (value === Number.MAX_VALUE) return i === limits.length - 1;
          return value < limits[i] && (i === 0 || value >= limits[i - 1]);
        };
        expect(counts).toEqual(limits.map((_, i) => values.filter((value) => isIn(value, i)).length));
        expect([...limits].sort((a, b) => a - b)).toEqual(limits);
      }),
    );
  });

  it('gives what tf.summary.histogram gives for small numbers', () => {
    const { limits, counts, ...rest } = histogramOf(Float32Array.of(0, 0, 1, -1));
    expect(rest).toEqual({ min: -1, max: 1, count: 4, sum: 0, sumOfSquares: 2 });
    expect([counts[limits.indexOf(0) + 1], counts.at(-1)]).toEqual([2, 1]);
    expect(limits.at(-1)).toBeGreaterThan(1);
    expect(limits.at(-1)).toBeLessThan(1.1);
  });

  it('of no numbers is empty', () => {
    expect(histogramOf([])).toEqual({ min: 0, max: 0, count: 0, sum: 0, sumOfSquares: 0, limits: [], counts: [] });
  });

  it('refuses what is not finite, and what is no array of numbers', () => {
    for (const value of [Number.NaN, Number.POSITIVE_INFINITY, Number.NEGATIVE_INFINITY]) {
      expect(() => histogramOf([1, value])).toThrow(expect.objectContaining({ code: 'non-finite' }));
    }
    for (const values of [null, undefined, 1, 'text', {}, () => 1, [null], ['1'], new DataView(new ArrayBuffer(8))]) {
      expect(() => histogramOf(values as number[])).toThrow(expect.objectContaining({ code: 'invalid-option' }));
    }
  });
});
