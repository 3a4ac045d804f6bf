// Magnitude pruning: chosen entries, ties and refusals.
import { fromRows, isGCompressError, matrix } from '@gcompress/core';
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { prune } from '../src/index.ts';

describe('prune', () => {
  it('zeroes the entries of smallest magnitude', () => {
    const a = fromRows([
      [1, -2],
      [3, -4],
      [0.5, 6],
    ]);
    expect(prune(a, 0.5)).toEqual(
      fromRows([
        [0, 0],
        [3, -4],
        [0, 6],
      ]),
    );
  });

  it('at equal magnitudes zeroes the smaller rows first', () => {
    const a = fromRows([
      [1, 1, 9],
      [1, -1, 2],
    ]);
    expect([...prune(a, 0.5).data]).toEqual(
      [1, 0, 9, 0, 0, 2].map((entry, at) => (at === 0 ? 0 : at === 1 ? 1 : entry)),
    );
    expect([...prune(matrix([2, 2], [5, 5, 5, 5]), 0.75).data]).toEqual([0, 0, 0, 5]);
  });

  it('zeroes ⌈fraction·size⌉ entries, and every remaining entry is at least as large', () => {
    fc.assert(
      fc.property(
        fc.array(fc.float({ min: -4, max: 4, noNaN: true }), { minLength: 1, maxLength: 60 }),
        fc.double({ min: 0, max: 1, noNaN: true }),
        (values, fraction) => {
          const a = matrix([1, values.length], values);
          const { data } = prune(a, fraction);
          const zeroed = Math.ceil(values.length * fraction);
          const zerosBefore = values.filter((value) => value === 0).length;
          expect(data.filter((value) => value === 0)).toHaveLength(Math.max(zeroed, zerosBefore));
          const kept = Math.min(...data.filter((value) => value !== 0).map(Math.abs));
          a.data.forEach((value, at) => {
            if (data[at] === 0) expect(Math.abs(value)).toBeLessThanOrEqual(kept);
            else expect(data[at]).toBe(value);
          });
        },
      ),
      { seed: 1 },
    );
  });

  it.each([
    ['a fraction above 1', matrix([1, 1], [1]), 1.1, 'invalid-option'],
    ['a negative fraction', matrix([1, 1], [1]), -0.1, 'invalid-option'],
    ['NaN', matrix([1, 1], [Number.NaN]), 0.5, 'non-finite'],
    ['no matrix', { shape: [1, 2], data: new Float32Array(1) } as const, 0.5, 'invalid-matrix'],
  ])('refuses %s', (_, a, fraction, expected) => {
    expect(() => prune(a, fraction)).toThrow(expect.toSatisfy((error) => isGCompressError(error, expected)));
  });
});
