// One-dimensional k-means for kept entries: optimality and precision.
import { createRandom } from '@gcompress/core';
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { encodeNearest, lineCodebook } from '../src/line-codebook.ts';

/** Least squared error of `levels` centroids, by trying all partitions of the sorted values. */
function leastError(values: Float32Array, levels: number): number {
  const sorted = values.slice().sort();
  const cost = (from: number, to: number) => {
    const part = sorted.subarray(from, to);
    const mean = part.reduce((sum, value) => sum + value, 0) / part.length;
    return part.reduce((sum, value) => sum + (value - mean) ** 2, 0);
  };
  let best = Array.from({ length: sorted.length + 1 }, (_, to) => (to === 0 ? 0 : cost(0, to)));
  for (let level = 1; level < levels; level++) {
    best = best.map((error, to) =>
      best.slice(0, to).reduce((least, before, from) => Math.min(least, before + cost(from, to)), error),
    );
  }
  return best[sorted.length];
}

function errorOf(values: Float32Array, codebook: Float32Array): number {
  const codes = encodeNearest(values, codebook);
  return values.reduce((sum, value, at) => sum + (value - codebook[codes[at]]) ** 2, 0);
}

describe('lineCodebook', () => {
  it('has the least squared error of all partitions', () => {
    const entry = fc.oneof(
      fc.integer({ min: -5, max: 5 }),
      fc.integer({ min: -4096, max: 4096 }).map((n) => n / 256),
    );
    fc.assert(
      fc.property(fc.array(entry, { minLength: 1, maxLength: 30 }), fc.integer({ min: 1, max: 7 }), (list, levels) => {
        const values = Float32Array.from(list);
        const codebook = lineCodebook(values, levels);
        const scale = values.reduce((sum, value) => sum + value * value, 0);
        expect(codebook.length).toBeLessThanOrEqual(levels);
        expect(codebook).toEqual(codebook.slice().sort());
        expect(errorOf(values, codebook)).toBeLessThanOrEqual(leastError(values, levels) + 1e-12 * scale);
      }),
      { seed: 1, numRuns: 300 },
    );
  });

  it('gives exactly the values if there are no more values than levels', () => {
    expect([...lineCodebook(Float32Array.of(3, -1, 3, 0.5), 3)]).toEqual([-1, 0.5, 3]);
  });

  it('is close to the optimum when values are grouped into cells', () => {
    // With two levels all edges can be tried
    const random = createRandom(3);
    const values = Float32Array.from({ length: 20_000 }, () => random.normal() ** 3 + 0.3);
    const sorted = Float64Array.from(values).sort();
    let least = Number.POSITIVE_INFINITY;
    const [sum, square] = [sorted.reduce((s, v) => s + v, 0), sorted.reduce((s, v) => s + v * v, 0)];
    for (let at = 0, left = 0; at < sorted.length - 1; at++) {
      left += sorted[at];
      least = Math.min(least, square - left ** 2 / (at + 1) - (sum - left) ** 2 / (sorted.length - at - 1));
    }
    expect(errorOf(values, lineCodebook(values, 2)) / least - 1).toBeLessThan(1e-6);
  });

  it('keeps its accuracy far from zero', () => {
    const random = createRandom(5);
    const values = Float32Array.from({ length: 10_000 }, () => 1000 + random.normal());
    const centered = values.map((value) => value - 1000);
    expect(errorOf(values, lineCodebook(values, 8)) / errorOf(centered, lineCodebook(centered, 8))).toBeCloseTo(1, 4);
  });

  it('fills many levels although most values are equal', () => {
    const values = Float32Array.from({ length: 5000 }, (_, i) => (i < 3000 ? 1 : i));
    const codebook = lineCodebook(values, 1024);
    expect(codebook).toHaveLength(1024);
    expect(codebook.every(Number.isFinite)).toBe(true);
  });
});

describe('encodeNearest', () => {
  it('takes the smaller of two equally near centroids', () => {
    expect([...encodeNearest(Float32Array.of(-9, 1, 1.1, 9), Float32Array.of(0, 2, 4))]).toEqual([0, 0, 1, 2]);
  });
});
