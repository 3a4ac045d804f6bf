import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { nearestCentroids, squaredDistances } from '../src/index.ts';
import { matrixOf, normalMatrix } from './helpers.ts';

describe('distances', () => {
  it('are those of the definition, and the nearest centroid is the one with the smallest', () => {
    const side = fc.integer({ min: 1, max: 12 });
    fc.assert(
      fc.property(side, side, side, fc.nat(1000), (count, clusters, dimension, seed) => {
        const points = normalMatrix(count, dimension, seed);
        const centroids = normalMatrix(clusters, dimension, seed + 1);
        const all = squaredDistances(points, centroids);
        expect(all.length).toBe(count * clusters);
        const nearest = nearestCentroids(points, centroids);
        for (let i = 0; i < count; i++) {
          const row = all.subarray(i * clusters, (i + 1) * clusters);
          for (let j = 0; j < clusters; j++) {
            let expected = 0;
            for (let p = 0; p < dimension; p++) {
              expected += (points.data[i * dimension + p] - centroids.data[j * dimension + p]) ** 2;
            }
            expect(row[j]).toBeCloseTo(expected, 12);
          }
          expect(nearest.squaredDistances[i]).toBe(Math.min(...row));
          expect(row[nearest.indices[i]]).toBe(nearest.squaredDistances[i]);
        }
      }),
    );
  });

  it('handles more points than one chunk', () => {
    const points = matrixOf(1000, 2, (i, j) => (j === 0 ? i % 10 : 1));
    const centroids = matrixOf(10, 2, (i, j) => (j === 0 ? 9 - i : 1));
    const { indices, squaredDistances: distances } = nearestCentroids(points, centroids);
    expect([...indices]).toEqual(Array.from({ length: 1000 }, (_, i) => 9 - (i % 10)));
    expect(distances.every((distance) => distance === 0)).toBe(true);
  });

  it('takes the first of equal centroids', () => {
    expect([
      ...nearestCentroids(
        matrixOf(3, 2, () => 1),
        matrixOf(4, 2, () => 5),
      ).indices,
    ]).toEqual([0, 0, 0]);
  });

  it('stays exact far from the origin', () => {
    const points = matrixOf(2, 1, (i) => 4096 + i);
    const centroids = matrixOf(2, 1, (i) => 4096.25 + i);
    expect([...nearestCentroids(points, centroids).squaredDistances]).toEqual([0.0625, 0.0625]);
  });

  it('refuses points and centroids of different dimension', () => {
    expect(() => nearestCentroids(normalMatrix(2, 3), normalMatrix(2, 4))).toThrow(
      'nearestCentroids: expected centroids of 3 coordinates, got 4.',
    );
    expect(() => squaredDistances(normalMatrix(2, 3), normalMatrix(2, 4))).toThrow('squaredDistances');
  });
});
