// Rotations and projections of a seed: geometry, fixed bits and size limits.
import { createRandom, isGCompressError } from '@gcompress/core';
import { multiplyTransposed } from '@gcompress/linalg';
import * as fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import {
  assertProjectionSize,
  drawProjection,
  MAX_BLOCKS,
  MAX_PROJECTION,
  MAX_PROJECTION_ROWS,
  MAX_TALL_PROJECTION,
  planeBlocks,
} from '../src/projection.ts';
import { applyRotation, applyTransposedRotation, drawRotation } from '../src/rotation.ts';

describe('drawRotation', () => {
  it('keeps lengths, and its transpose undoes it', () => {
    fc.assert(
      fc.property(fc.integer({ min: 1, max: 40 }), fc.integer({ min: 1, max: 5 }), fc.nat(), (size, cols, seed) => {
        const random = createRandom(seed);
        const rotation = drawRotation(random, size);
        const before = Float64Array.from({ length: size * cols }, () => random.normal());
        const x = before.slice();
        applyRotation(rotation, x, cols);
        expect(sumOfSquares(x)).toBeCloseTo(sumOfSquares(before), 9);
        applyTransposedRotation(rotation, x, cols);
        for (let i = 0; i < x.length; i++) expect(x[i]).toBeCloseTo(before[i], 12);
      }),
    );
  });

  it('spreads one axis over all others about as evenly as normal numbers', () => {
    const size = 500;
    const x = new Float64Array(size);
    x[7] = 1;
    applyRotation(drawRotation(createRandom(3), size), x, 1);
    const kurtosis = x.reduce((sum, entry) => sum + entry ** 4, 0) * size;
    expect(kurtosis).toBeGreaterThan(2);
    expect(kurtosis).toBeLessThan(4);
  });
});

describe('planeBlocks', () => {
  it('halves the lengths and gives the last block its own rotation at the length of the block before', () => {
    expect(planeBlocks(8, 5)).toEqual([{ rotation: 0, length: 1, planes: 5 }]);
    expect(planeBlocks(8, 8)).toEqual([{ rotation: 0, length: 1, planes: 8 }]);
    expect(planeBlocks(8, 9)).toEqual([
      { rotation: 0, length: 1, planes: 8 },
      { rotation: 1, length: 1, planes: 1 },
    ]);
    expect(planeBlocks(8, 30)).toEqual([
      { rotation: 0, length: 1, planes: 8 },
      { rotation: 0, length: 0.5, planes: 8 },
      { rotation: 0, length: 0.25, planes: 8 },
      { rotation: 1, length: 0.25, planes: 6 },
    ]);
  });
});

describe('drawProjection', () => {
  it('gives orthonormal planes in every block', () => {
    const [rows, bits] = [70, 230];
    const projection = { shape: [rows, bits], data: drawProjection('orthogonal', 42, rows, bits) } as const;
    const products = multiplyTransposed(projection, projection).data;
    const blocks = planeBlocks(rows, bits);
    for (const [block, { planes, length }] of blocks.entries()) {
      for (let i = 0; i < planes; i++) {
        for (let j = 0; j < planes; j++) {
          const entry = products[(block * rows + i) * bits + block * rows + j];
          expect(entry).toBeCloseTo(i === j ? length ** 2 : 0, 6);
        }
      }
    }
  });

  it('gives independent normal entries for Gaussian planes', () => {
    const data = drawProjection('gaussian', 1, 100, 100);
    expect(data.reduce((sum, entry) => sum + entry, 0) / data.length).toBeCloseTo(0, 1);
    expect(sumOfSquares(data) / data.length).toBeCloseTo(1, 1);
  });

  // Readers draw the projection again: if its bits changed, existing files would decode to other matrices
  it.each([
    ['gaussian', 42, 5, 3, '604ea2e5'],
    ['gaussian', 7, 33, 70, '3ca30072'],
    ['orthogonal', 42, 5, 3, '7bca97e9'],
    ['orthogonal', 7, 33, 20, '9bf8add5'],
    ['orthogonal', 7, 33, 75, '417117f3'],
    ['orthogonal', 4294967295, 130, 130, '6361fdac'],
  ] as const)('%s planes of seed %i for [%i, %i] are these bits', (planes, seed, rows, bits, expected) => {
    const data = drawProjection(planes, seed, rows, bits);
    expect(fnv1a(new Uint8Array(data.buffer))).toBe(expected);
  });
});

describe('assertProjectionSize', () => {
  it('accepts projections at the limits and refuses larger ones', () => {
    const refusal = (...args: Parameters<typeof assertProjectionSize>) => {
      try {
        assertProjectionSize(...args);
      } catch (error) {
        return isGCompressError(error) ? error.code : error;
      }
      return undefined;
    };
    expect(refusal('gaussian', [1024, 64], MAX_PROJECTION / 1024)).toBeUndefined();
    expect(refusal('gaussian', [1024, 64], MAX_PROJECTION / 1024 + 1)).toBe('file-oversized');
    // More than 16 rows for each column
    expect(refusal('gaussian', [1024, 63], MAX_TALL_PROJECTION / 1024)).toBeUndefined();
    expect(refusal('gaussian', [1024, 63], MAX_TALL_PROJECTION / 1024 + 1)).toBe('file-oversized');
    expect(refusal('orthogonal', [MAX_PROJECTION_ROWS, 1], 1)).toBeUndefined();
    expect(refusal('orthogonal', [MAX_PROJECTION_ROWS + 1, 1], 1)).toBe('file-oversized');
    expect(refusal('orthogonal', [10, 1], 10 * MAX_BLOCKS)).toBeUndefined();
    expect(refusal('orthogonal', [10, 1], 10 * MAX_BLOCKS + 1)).toBe('file-oversized');
  });
});

function sumOfSquares(x: ArrayLike<number>): number {
  return Array.from(x).reduce((sum, entry) => sum + entry * entry, 0);
}

/** FNV-1a of the bytes, as eight hexadecimal digits. */
function fnv1a(bytes: Uint8Array): string {
  const hash = bytes.reduce((state, byte) => Math.imul(state ^ byte, 0x01000193), 0x811c9dc5 | 0);
  return (hash >>> 0).toString(16).padStart(8, '0');
}
