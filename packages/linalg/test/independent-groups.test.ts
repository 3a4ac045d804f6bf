// Moments of independent groups of inputs, such as the channels of a depthwise convolution.
import fc from 'fast-check';
import { expect, it } from 'vitest';
import { roundingOrder, whitening } from '../src/index.ts';
import { independentGroups } from '../src/inputs/independent-groups.ts';
import { normalMatrix } from './helpers.ts';

/** Moments in which input i only goes with inputs j of the same `i % groups`. */
function groupedMoments(size: number, groups: number, seed: number) {
  const inputs = normalMatrix(2 * size, size, seed).data;
  const values = new Float64Array(size * size);
  for (let i = 0; i < size; i++) {
    for (let j = i % groups; j < size; j += groups) {
      for (let row = 0; row < 2 * size; row++) values[i * size + j] += inputs[row * size + i] * inputs[row * size + j];
    }
  }
  return { size, count: 2 * size, values };
}

const cases = fc.tuple(fc.integer({ min: 1, max: 40 }), fc.integer({ min: 1, max: 9 }), fc.nat(99));

it('groups hold each position once, in order, and nothing lies between them', () => {
  const property = fc.property(cases, ([size, channels, seed]) => {
    const { values } = groupedMoments(size, channels, seed);
    const rows = Int32Array.from({ length: size }, (_, at) => (at * 7 + seed) % size);
    const isPermutation = new Set(rows).size === size;
    if (!isPermutation) return;
    const groups = independentGroups(values, rows);
    expect(groups).toHaveLength(Math.min(size, channels));
    expect(groups.flatMap((group) => [...group]).sort((a, b) => a - b)).toEqual([...rows.keys()]);
    for (const group of groups) {
      expect([...group]).toEqual([...group].sort((a, b) => a - b));
      expect(new Set([...group].map((at) => rows[at] % channels)).size).toBe(1);
    }
  });
  fc.assert(property, { numRuns: 60, seed: 1 });
});

it('the factor times its transpose is the damped metric, with and without groups', () => {
  const property = fc.property(cases, ([size, channels, seed]) => {
    const moments = groupedMoments(size, channels, seed);
    const mean = Array.from({ length: size }, (_, i) => moments.values[i * size + i] / size).reduce((a, b) => a + b);
    const natural = { factor: whitening(moments, 0.01).factor, rows: Int32Array.from({ length: size }, (_, at) => at) };
    for (const { factor, rows } of [natural, roundingOrder(moments)]) {
      for (let i = 0; i < size; i++) {
        for (let j = 0; j < size; j++) {
          let product = 0;
          for (let k = 0; k < size; k++) product += factor.data[i * size + k] * factor.data[j * size + k];
          const expected = moments.values[rows[i] * size + rows[j]] / mean + (i === j ? 0.01 : 0);
          expect(Math.abs(product - expected)).toBeLessThan(1e-10 * size);
          if (j > i) expect(factor.data[i * size + j]).toBe(0);
        }
      }
    }
  });
  fc.assert(property, { numRuns: 30, seed: 1 });
});
