// Hulls of error curves, and how bytes are shared among them.
import * as fc from 'fast-check';
import { expect, it } from 'vitest';
import { gain, lowerHull, type Point } from '../src/forms/error-curve.ts';
import { equalSlopes } from '../src/sizes/equal-slopes.ts';

const point = fc.record({ bytes: fc.integer({ min: 1, max: 60 }), cost: fc.integer({ min: 0, max: 1000 }) });
const points = fc.array(point, { minLength: 1, maxLength: 7 });

it('a hull begins with the fewest bytes, ends with the least cost, and falls ever more slowly', () => {
  const property = fc.property(points, (all) => {
    const hull = lowerHull(all);
    expect(hull[0].bytes).toBe(Math.min(...all.map(({ bytes }) => bytes)));
    expect(hull.at(-1)?.cost).toBe(Math.min(...all.map(({ cost }) => cost)));
    const gains = hull.slice(1).map((to, i) => gain(hull[i], to));
    expect(gains.every((value, i) => value > 0 && (i === 0 || value < gains[i - 1]))).toBe(true);
    // No point lies below the line between two of the hull
    for (const { bytes, cost } of all) {
      for (const [i, to] of hull.slice(1).entries()) {
        if (bytes < hull[i].bytes || bytes > to.bytes) continue;
        expect(cost).toBeGreaterThanOrEqual(hull[i].cost - gain(hull[i], to) * (bytes - hull[i].bytes) - 1e-9);
      }
    }
  });
  fc.assert(property, { numRuns: 500, seed: 1 });
});

it('the division of bytes is optimal except for one step', () => {
  const property = fc.property(
    fc.array(points, { minLength: 1, maxLength: 3 }),
    fc.integer({ min: 0, max: 150 }),
    (all, room) => {
      const hulls = all.map(lowerHull);
      const places = equalSlopes(hulls, room);
      const sum = (of: keyof Point, at: readonly number[]) =>
        at.reduce((total, place, i) => total + hulls[i][place][of], 0);
      const bytes = sum('bytes', places);
      const least = sum(
        'bytes',
        hulls.map(() => 0),
      );
      expect(bytes <= room || bytes === least).toBe(true);
      if (bytes > room) return;
      // Equal slopes are exact up to the first step that does not fit
      const step = Math.max(0, ...hulls.flatMap((hull) => hull.slice(1).map((to, i) => hull[i].cost - to.cost)));
      for (const other of combinations(hulls)) {
        if (sum('bytes', other) > room) continue;
        expect(sum('cost', places)).toBeLessThanOrEqual(sum('cost', other) + step);
      }
    },
  );
  fc.assert(property, { numRuns: 500, seed: 2 });
});

function combinations(hulls: readonly (readonly Point[])[]): number[][] {
  return hulls.reduce<number[][]>((some, hull) => some.flatMap((places) => hull.map((_, at) => [...places, at])), [[]]);
}
