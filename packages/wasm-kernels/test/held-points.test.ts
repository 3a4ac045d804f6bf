// Held points: the nearest rows and sums of distances beside plain JavaScript, and their life.
import type { HeldPoints } from '@gcompress/core/hosts';
import { createRandom } from '@gcompress/linalg';
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { wasmKernels } from '../src/index.ts';

const kernels = await wasmKernels();

function hold(points: Float32Array, size: number): HeldPoints {
  const held = kernels.holdPoints?.(points, size);
  if (!held) throw new Error('These kernels hold no points');
  return held;
}

function normals(length: number, seed: number, scale = 1): Float32Array {
  const random = createRandom(seed);
  return Float32Array.from({ length }, () => scale * random.normal());
}

/** The squared distance in float32, entry by entry, as the kernels compute it. */
function distanceOf(points: Float32Array, point: number, rows: Float32Array, row: number, size: number): number {
  let sum = 0;
  for (let entry = 0; entry < size; entry++) {
    const difference = Math.fround(points[point * size + entry] - rows[row * size + entry]);
    sum = Math.fround(sum + Math.fround(difference * difference));
  }
  return sum;
}

/** The first of the nearest rows of each point. */
function nearestOf(points: Float32Array, rows: Float32Array, size: number) {
  const indices = new Int32Array(points.length / size);
  const distances = new Float64Array(indices.length).fill(Number.POSITIVE_INFINITY);
  indices.forEach((_, point) => {
    for (let row = 0; row < rows.length / size; row++) {
      const distance = distanceOf(points, point, rows, row, size);
      if (distance >= distances[point]) continue;
      distances[point] = distance;
      indices[point] = row;
    }
  });
  return { indices, distances };
}

function expectNearest(points: Float32Array, rows: Float32Array, size: number): void {
  const expected = nearestOf(points, rows, size);
  const held = hold(points, size);
  held.setRows(Float64Array.from(rows));
  const count = points.length / size;
  const from = Math.floor(count / 3);
  const indices = new Int32Array(count);
  const distances = new Float64Array(count);
  held.nearest(0, indices.subarray(0, from), distances.subarray(0, from));
  held.nearest(from, indices.subarray(from), distances.subarray(from));
  expect(indices).toEqual(expected.indices);
  expect(distances).toEqual(expected.distances);
  held.release();
}

const sizes = fc.integer({ min: 1, max: 17 });
const numbers = fc.integer({ min: 1, max: 23 });
const seeds = fc.nat(1000);

describe('nearest', () => {
  it('gives the bits of plain JavaScript for any number of points and rows', () => {
    fc.assert(
      fc.property(fc.nat(23), numbers, sizes, seeds, (count, rows, size, seed) =>
        expectNearest(normals(count * size, seed), normals(rows * size, seed + 1), size),
      ),
    );
  });

  it.each([1, 2, 3, 8, 16])('gives them across the edges of its chunks, for blocks of %i', (size) => {
    expectNearest(normals(777 * size, size), normals(257 * size, size + 1), size);
  });

  it('chooses the first of equal rows, and finds rows that equal a point at distance 0', () => {
    const points = normals(60 * 3, 5);
    const rows = new Float32Array(2 * points.length);
    rows.set(points);
    rows.set(points, points.length);
    const held = hold(points, 3);
    held.setRows(Float64Array.from(rows));
    const indices = new Int32Array(60);
    const distances = new Float64Array(60).fill(1);
    held.nearest(0, indices, distances);
    expect(indices).toEqual(indices.map((_, at) => at));
    expect(distances).toEqual(new Float64Array(60));
  });

  it.each([2 ** 100, 2 ** -120])('neither overflows nor loses small numbers: scale %d', (scale) => {
    const [points, rows] = [normals(40 * 2, 6), normals(9 * 2, 7)];
    const expected = nearestOf(points, rows, 2);
    const held = hold(
      points.map((value) => scale * value),
      2,
    );
    held.setRows(Float64Array.from(rows, (value) => scale * value));
    const indices = new Int32Array(40);
    const distances = new Float64Array(40);
    held.nearest(0, indices, distances);
    expect(indices).toEqual(expected.indices);
    expect(distances.map((distance) => distance / scale / scale)).toEqual(expected.distances);
  });
});

describe('trialSums and addReference', () => {
  it('agree with plain JavaScript', () => {
    fc.assert(
      fc.property(
        fc.integer({ min: 1, max: 600 }),
        fc.integer({ min: 1, max: 8 }),
        sizes,
        seeds,
        (count, trials, size, seed) => {
          const points = normals(count * size, seed);
          const rows = normals(trials * size, seed + 1);
          const reference = normals(size, seed + 2);
          const held = hold(points, size);
          const before = new Float64Array(count);
          held.addReference(Float64Array.from(reference), before);
          const nearest = Float64Array.from(before, (_, point) => distanceOf(points, point, reference, 0, size));
          expect(before).toEqual(nearest);
          const sums = new Float64Array(trials);
          held.trialSums(Float64Array.from(rows), sums);
          sums.forEach((sum, row) => {
            const expected = nearest.reduce(
              (all, d, point) => all + Math.min(d, distanceOf(points, point, rows, row, size)),
              0,
            );
            expect(Math.abs(sum - expected)).toBeLessThanOrEqual(1e-5 * expected);
          });
          const after = new Float64Array(count);
          held.addReference(Float64Array.from(rows.subarray(0, size)), after);
          expect(after).toEqual(nearest.map((d, point) => Math.min(d, distanceOf(points, point, rows, 0, size))));
        },
      ),
    );
  });
});

it('released points refuse to compute', () => {
  const held = hold(normals(8, 1), 2);
  held.setRows(Float64Array.of(0, 0));
  held.release();
  expect(() => held.nearest(0, new Int32Array(1), new Float64Array(1))).toThrow(
    expect.objectContaining({ code: 'disposed' }),
  );
});
