// The names of points in a chart: none hides another one.
import fc from 'fast-check';
import { expect, it } from 'vitest';
import { placeLabels } from '../src/charts/place-labels.ts';

/** The lines of names that stand over each other, by their anchors and a width of 6.6 pixels a letter. */
function spans(points: readonly { x: number; y: number; name: string }[]) {
  return placeLabels(points).map(({ y, anchor }, i) => {
    const { x, name } = points[i];
    const left = x - name.length * 6.6 * { start: 0, middle: 0.5, end: 1 }[anchor];
    return { left, right: left + name.length * 6.6, y };
  });
}

it('keeps four names apart, also where their points coincide', () => {
  const names = ['original + gzip', 'float16 + gzip', 'uint8 + gzip', 'packed file'];
  const place = fc.record({
    x: fc.double({ min: 60, max: 425, noNaN: true }),
    y: fc.double({ min: 50, max: 200, noNaN: true }),
  });
  fc.assert(
    fc.property(fc.tuple(place, place, place), ([a, b, c]) => {
      const placed = spans([a, a, b, c].map((point, i) => ({ ...point, name: names[i] })));
      for (const [i, one] of placed.entries()) {
        expect(one.left).toBeGreaterThanOrEqual(55);
        expect(one.right).toBeLessThanOrEqual(427);
        for (const other of placed.slice(i + 1)) {
          const isBeside = one.right < other.left || other.right < one.left;
          expect(isBeside || Math.abs(one.y - other.y) >= 12).toBe(true);
        }
      }
    }),
    {
      numRuns: 2000,
      examples: [
        [
          [
            { x: 60, y: 155 },
            { x: 60, y: 50 },
            { x: 60, y: 197 },
          ],
        ],
      ],
    },
  );
});

it('writes a lonely name above its point', () => {
  expect(placeLabels([{ x: 200, y: 100, name: 'packed file' }])).toEqual([{ y: 90, anchor: 'middle' }]);
});
