// Scalar codebooks: optimality by dynamic programming, precision, and sorting.
import { createRandom, matrix } from '@gcompress/core';
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { optimalPartition } from '../src/scalar/optimal-partition.ts';
import { scalarCodebook } from '../src/scalar/scalar-codebook.ts';
import { segmentCost, segmentCosts } from '../src/scalar/segment-costs.ts';
import { sortFloats, sortPoints } from '../src/scalar/sorted-points.ts';

/** Least weighted error of `levels` centroids over sorted points, by dynamic programming over all partitions. */
function leastError(values: number[], weights: number[], levels: number, pinZero: boolean): number {
  const order = values.map((_, i) => i).sort((a, b) => values[a] - values[b]);
  const [v, w] = [order.map((i) => values[i]), order.map((i) => weights[i])];
  const cost = (from: number, to: number, mean?: number) => {
    let total = 0;
    let sum = 0;
    for (let i = from; i < to; i++) {
      total += w[i];
      sum += w[i] * v[i];
    }
    const center = mean ?? (total === 0 ? 0 : sum / total);
    let error = 0;
    for (let i = from; i < to; i++) error += w[i] * (v[i] - center) ** 2;
    return error;
  };
  // best[pinned][i]: least error of the first i points, without and with the zero centroid
  let best = [
    [0, ...v.map(() => Number.POSITIVE_INFINITY)],
    [Number.POSITIVE_INFINITY, ...v.map(() => Number.POSITIVE_INFINITY)],
  ];
  for (let level = 0; level < levels; level++) {
    const next = best.map((row) => row.slice());
    for (let to = 0; to <= v.length; to++) {
      for (let from = 0; from <= to; from++) {
        for (const zero of [0, 1]) next[zero][to] = Math.min(next[zero][to], best[zero][from] + cost(from, to));
        if (pinZero) next[1][to] = Math.min(next[1][to], best[0][from] + cost(from, to, 0));
      }
    }
    best = next;
  }
  return best[pinZero ? 1 : 0][v.length];
}

function errorOf(values: ArrayLike<number>, weights: ArrayLike<number> | undefined, codebook: Float32Array): number {
  let error = 0;
  for (let i = 0; i < values.length; i++) {
    let nearest = Number.POSITIVE_INFINITY;
    for (const centroid of codebook) nearest = Math.min(nearest, (values[i] - centroid) ** 2);
    error += (weights?.[i] ?? 1) * nearest;
  }
  return error;
}

/** Values of few binary digits, so that rounding centroids to float32 does not matter. */
const entry = fc.oneof(
  fc.integer({ min: -5, max: 5 }),
  fc.integer({ min: -(2 ** 16), max: 2 ** 16 }).map((n) => n / 2 ** 12),
  fc.integer({ min: -64, max: 64 }).map((n) => n / 2 ** 12),
);
const weight = fc.oneof(
  fc.constant(0),
  fc.constant(1),
  fc.integer({ min: 0, max: 80 }).map((n) => n / 10),
);

describe('scalarCodebook', () => {
  it('is optimal with any weights and beside a pinned zero', () => {
    fc.assert(
      fc.property(
        fc.array(fc.tuple(entry, weight), {
          minLength: 1,
          maxLength: 24,
        }),
        fc.integer({ min: 1, max: 7 }),
        fc.boolean(),
        (pairs, levels, pinZero) => {
          const values = Float32Array.from(pairs, ([value]) => value);
          const weights = Float32Array.from(pairs, ([, weight]) => weight);
          const codebook = scalarCodebook(values, weights, levels, pinZero);
          const least = leastError([...values], [...weights], levels, pinZero);
          const scale = errorOf(values, weights, new Float32Array(1));
          expect(codebook.length).toBeLessThanOrEqual(levels);
          expect(codebook).toEqual(codebook.slice().sort());
          if (pinZero) expect(codebook).toContain(0);
          if (codebook.length > 0) {
            expect(errorOf(values, weights, codebook)).toBeLessThanOrEqual(least * (1 + 1e-6) + scale * 1e-12);
          }
        },
      ),
      { seed: 1, numRuns: 400 },
    );
  });

  it('returns the distinct values when the levels suffice', () => {
    expect(scalarCodebook(Float32Array.of(3, -1, 3, -0, 0.5), undefined, 4, false)).toEqual(
      Float32Array.of(-1, 0, 0.5, 3),
    );
    expect(scalarCodebook(Float32Array.of(3, -1), undefined, 4, true)).toEqual(Float32Array.of(-1, 0, 3));
    expect(scalarCodebook(Float32Array.of(-3, -1), undefined, 4, true)).toEqual(Float32Array.of(-3, -1, 0));
  });

  it('ignores values of weight 0', () => {
    expect(scalarCodebook(Float32Array.of(3, -1, 7), Float32Array.of(1, 0, 2), 4, false)).toEqual(
      Float32Array.of(3, 7),
    );
    expect(scalarCodebook(Float32Array.of(3), Float32Array.of(0), 4, false)).toHaveLength(0);
  });

  it('finds the optimum of many repeated values, for which no price gives some numbers of clusters', () => {
    // 200 values in 100 pairs, all alike: 100 levels are a pair each, and each further one splits a pair
    const half = 2 ** -11;
    const values = Float32Array.from({ length: 4000 }, (_, i) => Math.floor(i / 40) + (i % 2) * 2 * half);
    for (const levels of [100, 101, 130, 199]) {
      const expected = (200 - levels) * 40 * half ** 2;
      expect(errorOf(values, undefined, scalarCodebook(values, undefined, levels, false))).toBeCloseTo(expected, 12);
    }
  });

  it('is close to the optimum of more values than cells', () => {
    const random = createRandom(3);
    const values = Float32Array.from({ length: 300_000 }, () => random.normal() ** 3);
    const points = sortPoints(values, undefined, false);
    expect(points.values.length).toBeGreaterThan(2 ** 18);
    const costs = segmentCosts(points);
    for (const levels of [2, 16]) {
      const { edges } = optimalPartition(costs, levels, 1);
      let least = 0;
      for (let i = 0; i < levels; i++) least += segmentCost(costs, edges[i], edges[i + 1]);
      const error = errorOf(values, undefined, scalarCodebook(values, undefined, levels, false));
      expect(error / least - 1).toBeLessThan(1e-6);
    }
  });

  it('keeps its accuracy far from zero', () => {
    const random = createRandom(5);
    const values = Float32Array.from({ length: 20_000 }, () => 1000 + random.normal());
    const centered = values.map((value) => value - 1000);
    const [far, near] = [values, centered].map((all) =>
      errorOf(all, undefined, scalarCodebook(all, undefined, 8, false)),
    );
    expect(far / near).toBeCloseTo(1, 5);
  });

  it('accepts huge and tiny values', () => {
    for (const scale of [1e37, 1e-37]) {
      const values = Float32Array.of(1, 2, 3, 10, 11, 12, -7).map((value) => value * scale);
      const codebook = scalarCodebook(values, undefined, 3, false);
      expect([...codebook].map((centroid) => centroid / scale)).toEqual([
        expect.closeTo(-7, 4),
        expect.closeTo(2, 4),
        expect.closeTo(11, 4),
      ]);
    }
  });
});

describe('sortFloats', () => {
  it.each([0, 1, 1000, 70_000])('sorts %i values like Float32Array.sort', (length) => {
    const random = createRandom(length);
    const values = Float32Array.from({ length }, () => random.normal() * 10 ** (random.integer(60) - 30));
    const expected = values.slice().sort();
    expect(sortFloats(values).values.every((value, i) => value === expected[i])).toBe(true);
  });

  it('sorts the weights along and does not change its input', () => {
    const values = Float32Array.of(2, -1, 0, -3);
    const { values: sorted, weights } = sortFloats(values, Float32Array.of(20, 10, 0, 30));
    expect([...sorted]).toEqual([-3, -1, 0, 2]);
    expect(weights && [...weights]).toEqual([30, 10, 0, 20]);
    expect([...values]).toEqual([2, -1, 0, -3]);
  });

  it('sorts a part of a larger buffer', () => {
    const a = matrix([2, 3], Float32Array.of(6, 5, 4, 3, 2, 1));
    expect(sortFloats(a.data.subarray(3, 6)).values).toEqual(Float32Array.of(1, 2, 3));
  });
});
