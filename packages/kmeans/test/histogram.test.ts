// Codebooks from a histogram: their error is close to the optimum, and data that needs narrower cells is sorted instead.
import { createRandom, type Random } from '@gcompress/core';
import { describe, expect, it } from 'vitest';
import { binnedPoints } from '../src/scalar/histogram.ts';
import { optimalPartition } from '../src/scalar/optimal-partition.ts';
import { scalarCodebook } from '../src/scalar/scalar-codebook.ts';
import { segmentCost, segmentCosts } from '../src/scalar/segment-costs.ts';
import { sortPoints } from '../src/scalar/sorted-points.ts';

const COUNT = 40_000;

const distributions: Record<string, (random: Random) => number> = {
  normal: (random) => random.normal(),
  'heavy tails': (random) => random.normal() / Math.abs(0.1 + random.normal()),
  'far from zero': (random) => 1000 + random.normal(),
  'one side': (random) => random.uniform() ** 2,
  'two clusters': (random) => (random.uniform() < 0.5 ? -1 : 1) + 0.01 * random.normal(),
  'two far narrow clusters': (random) => (random.uniform() < 0.5 ? -1 : 1) + 1e-3 * random.normal(),
  'nine of ten are zero': (random) => (random.uniform() < 0.9 ? 0 : random.normal()),
  'one outlier': (random) => (random.integer(COUNT) === 0 ? 1e20 : random.normal()),
  tiny: (random) => 1e-36 * random.normal(),
  huge: (random) => 1e36 * random.normal(),
};

function drawn(name: string, seed: number): Float32Array {
  const random = createRandom(seed);
  return Float32Array.from({ length: COUNT }, () => distributions[name](random));
}

function errorOf(values: Float32Array, weights: Float32Array | undefined, codebook: Float32Array): number {
  let error = 0;
  for (let i = 0; i < values.length; i++) {
    let nearest = Number.POSITIVE_INFINITY;
    for (const centroid of codebook) nearest = Math.min(nearest, (values[i] - centroid) ** 2);
    error += (weights?.[i] ?? 1) * nearest;
  }
  return error;
}

/** The least error of any codebook, by dynamic programming over all distinct values. */
function leastError(values: Float32Array, weights: Float32Array | undefined, levels: number, pinZero: boolean): number {
  const costs = segmentCosts(sortPoints(values, weights, pinZero));
  const { edges } = optimalPartition(costs, levels, segmentCost(costs, 0, costs.cells) / levels ** 3);
  let least = 0;
  for (let i = 1; i < edges.length; i++) least += segmentCost(costs, edges[i - 1], edges[i]);
  return least;
}

describe('scalarCodebook of many values', () => {
  for (const name of Object.keys(distributions)) {
    it(`is within 2e-4 of the least error: ${name}`, () => {
      const values = drawn(name, 1);
      for (const levels of [2, 16, 256]) {
        const error = errorOf(values, undefined, scalarCodebook(values, undefined, levels, false));
        expect(Math.sqrt(error / leastError(values, undefined, levels, false)) - 1).toBeLessThan(2e-4);
      }
    });
  }

  it('is within 2e-4 of the least weighted error, beside a pinned zero', () => {
    const random = createRandom(2);
    const weights = Float32Array.from({ length: COUNT }, () => (random.integer(3) === 0 ? 0 : random.uniform()));
    for (const name of ['normal', 'far from zero', 'nine of ten are zero']) {
      const values = drawn(name, 3);
      const codebook = scalarCodebook(values, weights, 16, true);
      expect(codebook).toContain(0);
      expect(codebook).toEqual(codebook.slice().sort());
      const least = leastError(values, weights, 16, true);
      expect(Math.sqrt(errorOf(values, weights, codebook) / least) - 1).toBeLessThan(2e-4);
    }
  });
});

describe('binnedPoints', () => {
  it('keeps weight and mean of all values, in ascending order', () => {
    for (const name of ['normal', 'heavy tails', 'far from zero', 'two clusters', 'tiny', 'huge']) {
      const values = drawn(name, 4);
      const points = binnedPoints(values, undefined, 16, false);
      expect(points).toBeDefined();
      if (points === undefined) continue;
      expect(points.weights.reduce((sum, weight) => sum + weight, 0)).toBe(COUNT);
      const moment = points.weights.reduce((sum, weight, i) => sum + weight * points.values[i], 0);
      const magnitude = values.reduce((sum, value) => sum + Math.abs(value), 0);
      expect(Math.abs(moment - values.reduce((sum, value) => sum + value, 0)) / magnitude).toBeLessThan(1e-12);
      for (let i = 1; i < points.values.length; i++) expect(points.values[i]).toBeGreaterThan(points.values[i - 1]);
    }
  });

  it('leaves few values, many levels, equal values and long tails to the sort', () => {
    expect(binnedPoints(drawn('normal', 5).subarray(0, 30_000), undefined, 16, false)).toBeUndefined();
    expect(binnedPoints(drawn('normal', 5), undefined, 1024, false)).toBeUndefined();
    expect(binnedPoints(new Float32Array(COUNT), undefined, 16, false)).toBeUndefined();
    expect(binnedPoints(drawn('huge', 5).fill(3e38, 0, 1), undefined, 16, false)).toBeUndefined();
  });
});
