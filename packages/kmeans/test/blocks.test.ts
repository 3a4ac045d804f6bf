// Lloyd's algorithm and block codebooks: equivalence with a textbook version, seeding, padding and importance.
import { createRandom, matrix, relativeError } from '@gcompress/core';
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { blockCodebook } from '../src/blocks/block-codebook.ts';
import { seedCentroids } from '../src/blocks/k-means-plus-plus.ts';
import { lloyd } from '../src/blocks/lloyd.ts';
import { encode } from '../src/encode.ts';
import { kMeans } from '../src/index.ts';
import type { Blocks } from '../src/layout/blocks.ts';
import { blocksFrom, randomMatrix, squaredError } from './support.ts';

const untilDone = { iterations: 1000, tolerance: 0, pinZero: false, pace: () => {} };

/** Lloyd's algorithm as in a textbook: all distances, then all means. Empty clusters stay where they are. */
function plainLloyd({ count, size, data, weights }: Blocks, start: Float64Array, iterations: number): Float64Array {
  const centroids = start.slice();
  for (let iteration = 0; iteration < iterations; iteration++) {
    const codes = encode({ count, size, data, weights }, Float32Array.from(centroids));
    for (let at = 0; at < centroids.length; at++) {
      let sum = 0;
      let mass = 0;
      for (let block = 0; block < count; block++) {
        if (codes[block] !== Math.floor(at / size)) continue;
        const weight = weights?.[block * size + (at % size)] ?? 1;
        sum += weight * data[block * size + (at % size)];
        mass += weight;
      }
      if (mass > 0) centroids[at] = sum / mass;
    }
  }
  return centroids;
}

function normalBlocks(count: number, size: number, seed: number, weighted: boolean): Blocks {
  const random = createRandom(seed);
  const data = Float32Array.from({ length: count * size }, random.normal);
  return { count, size, data, weights: weighted ? data.map(() => random.uniform()) : undefined };
}

describe('lloyd', () => {
  it.each([false, true])('gives the same result as computing all distances, weighted: %s', (weighted) => {
    for (const [count, size, clusters] of [
      [300, 3, 7],
      [500, 1, 5],
      [200, 8, 12],
    ]) {
      const blocks = normalBlocks(count, size, count, weighted);
      const start = seedCentroids(blocks, clusters, createRandom(1), false, () => {});
      const { centroids } = lloyd(blocks, start, { ...untilDone, iterations: 10 });
      const expected = plainLloyd(blocks, start, 10);
      expected.forEach((entry, at) => {
        expect(centroids[at]).toBeCloseTo(entry, 6);
      });
    }
  });

  it('returns the error of its centroids', () => {
    const blocks = normalBlocks(200, 4, 3, true);
    const { centroids, error } = lloyd(
      blocks,
      blocks.data.length ? Float64Array.from(blocks.data.subarray(0, 24)) : new Float64Array(0),
      untilDone,
    );
    const codes = encode(blocks, Float32Array.from(centroids));
    const measured = blocks.data.reduce((sum, entry, at) => {
      const centroid = centroids[codes[Math.floor(at / 4)] * 4 + (at % 4)];
      return sum + (blocks.weights?.[at] ?? 1) * (entry - centroid) ** 2;
    }, 0);
    expect(error / measured).toBeCloseTo(1, 5);
  });

  it('gives a centroid without blocks to the block with the largest error', () => {
    const blocks = blocksFrom([
      [0, 0],
      [0, 1],
      [10, 0],
      [10, 1],
      [0, 50],
    ]);
    const start = Float64Array.of(0, 0, 10, 0, 1e6, 1e6);
    const { centroids } = lloyd(blocks, start, untilDone);
    expect([...centroids]).toEqual([0, 0.5, 10, 0.5, 0, 50]);
  });

  it('leaves a pinned zero where it is', () => {
    const blocks = blocksFrom([
      [1, 1],
      [2, 2],
      [9, 9],
    ]);
    const { centroids } = lloyd(blocks, Float64Array.of(0, 0, 8, 8), { ...untilDone, pinZero: true });
    expect([...centroids]).toEqual([0, 0, 9, 9]);
  });
});

describe('blockCodebook', () => {
  const search = { ...untilDone, restarts: 3 };

  it('finds clusters that are far apart, with a sample of many blocks', () => {
    const random = createRandom(4);
    const centers = Array.from({ length: 6 }, (_, i) => [40 * i, -40 * i, i % 2 ? 40 : 0]);
    const rows = Array.from({ length: 3000 }, (_, i) => centers[i % 6].map((entry) => entry + random.normal()));
    const found = blockCodebook(blocksFrom(rows), 6, { ...search, random: createRandom(0) });
    const first = Array.from({ length: 6 }, (_, i) => Math.round(found[i * 3] / 40)).sort();
    expect(first).toEqual([0, 1, 2, 3, 4, 5]);
  });

  it('keeps each distinct block when the levels suffice', () => {
    const blocks = blocksFrom([
      [1, 2],
      [3, 4],
      [1, 2],
      [0, -0],
    ]);
    expect([...blockCodebook(blocks, 4, { ...search, random: createRandom(0) })]).toEqual([1, 2, 3, 4, 0, -0]);
    const pinned = blockCodebook(blocks, 5, { ...search, pinZero: true, random: createRandom(0) });
    expect(pinned).toHaveLength(6);
    expect([...pinned.subarray(2)]).toEqual([1, 2, 3, 4]);
  });

  it('stops seeding when every distinct block is a centroid', () => {
    const rows = Array.from({ length: 40 }, (_, i) => [i % 3, 1]);
    expect(blockCodebook(blocksFrom(rows), 9, { ...search, random: createRandom(0) })).toHaveLength(6);
  });
});

describe('kMeans with blocks', () => {
  it('has the shapes of the Python library', () => {
    const { factors } = kMeans({ allowLarger: true, levels: 7, blockSize: 4 }).compress(randomMatrix([20, 20]));
    expect(factors.codebook.shape).toEqual([7, 4]);
    expect(factors.encoding.shape).toEqual([20, 5]);
  });

  it('recovers a mixture of three Gaussians', () => {
    const random = createRandom(2);
    const blocks = Array.from({ length: 300 }, (_, i) => [
      random.normal() + 5 * ((i % 3) - 1),
      random.normal(),
      random.normal(),
      random.normal(),
    ]);
    const a = matrix([60, 20], blocks.flat());
    const error = Math.sqrt(
      squaredError(a, kMeans({ allowLarger: true, levels: 3, blockSize: 4 }).compress(a).decompress()),
    );
    expect(error / 300).toBeLessThan(0.2);
  });

  it('keeps zero blocks exactly zero and no other block becomes zero', () => {
    const a = randomMatrix([100, 4]);
    a.data.fill(0, 0, 8);
    const back = kMeans({ allowLarger: true, levels: 3, blockSize: 4 }).compress(a).decompress();
    expect([...back.data.subarray(0, 8)]).toEqual(new Array(8).fill(0));
    // The Python library zeroes a centroid here although no block is zero
    const b = matrix([2, 2], [4, 5, 6, 7]);
    expect(kMeans({ allowLarger: true, levels: 2, blockSize: 2 }).compress(b).decompress()).toEqual(b);
  });

  it('pads an incomplete last block with weight 0', () => {
    const a = randomMatrix([30, 10], 6);
    const compressed = kMeans({ allowLarger: true, levels: 60, blockSize: 4 }).compress(a);
    expect(compressed.factors.encoding.shape).toEqual([30, 3]);
    expect(compressed.decompress().shape).toEqual([30, 10]);
    const ends = matrix([2, 3], [1, 2, 5, 1, 2, -5]);
    expect(kMeans({ allowLarger: true, levels: 2, blockSize: 4 }).compress(ends).decompress()).toEqual(ends);
    expect(relativeError(a, kMeans({ allowLarger: true, levels: 90, blockSize: 4 }).compress(a).decompress())).toBe(0);
  });

  it('follows importance entry by entry', () => {
    const a = randomMatrix([40, 8], 8);
    const importance = matrix(
      a.shape,
      a.data.map((_, at) => (at % 8 < 2 ? 100 : 0.01)),
    );
    const method = kMeans({ allowLarger: true, levels: 8, blockSize: 4 });
    const [plain, weighted] = [undefined, importance].map((weights) =>
      squaredError(a, method.compress(a, weights ? { importance: weights } : {}).decompress(), importance),
    );
    expect(weighted).toBeLessThan(plain / 2);
  });

  it('accepts matrices of any shape, with any block size and scope', () => {
    const scopes = ['tensor', 'column', { rows: 2 }, { columns: 6 }, { rows: 3, columns: 6 }] as const;
    fc.assert(
      fc.property(
        fc.integer({ min: 1, max: 9 }),
        fc.integer({ min: 1, max: 9 }),
        fc.constantFrom(1, 2, 3, 6),
        fc.constantFrom(...scopes),
        fc.constantFrom(0, 0.5, 1),
        fc.option(fc.boolean(), { nil: undefined }),
        fc.integer({ min: 0, max: 1000 }),
        (rows, cols, blockSize, codebooks, pruningFraction, keepZero, seed) => {
          const a = randomMatrix([rows, cols], seed);
          const size = { blockSize, codebooks, pruningFraction, ...(keepZero === undefined ? {} : { keepZero }) };
          const compressed = kMeans({ allowLarger: true, levels: 3, ...size }).compress(a);
          const norm = squaredError(a, matrix(a.shape, new Float32Array(rows * cols)));
          expect(squaredError(a, compressed.decompress())).toBeLessThanOrEqual(norm * (1 + 1e-6));
          const exact = kMeans({ allowLarger: true, bits: 16, ...size, pruningFraction: 0 }).compress(a);
          expect(exact.decompress()).toEqual(a);
        },
      ),
      { seed: 1, numRuns: 200 },
    );
  });
});
