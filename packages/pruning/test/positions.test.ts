// Stored positions: round trips, sizes, documented bits and damaged files.
import { createRandom, type PackedMatrix } from '@gcompress/core';
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { blockGrid } from '../src/masks/block-grid.ts';
import { packPositions, positionBytes, unpackPositions } from '../src/masks/positions.ts';
import { expectRefusal } from './support.ts';

const stored = (tensors: PackedMatrix['tensors']): PackedMatrix => ({
  format: 'pruning',
  version: 1,
  shape: [1, 1],
  config: {},
  tensors,
});

const gaps = (...bytes: number[]) => stored({ gaps: { shape: [bytes.length], data: Uint8Array.from(bytes) } });

/** Random flags with this density of ones. */
function randomFlags(count: number, density: number, seed: number): Uint8Array {
  const { uniform } = createRandom(seed);
  return Uint8Array.from({ length: count }, () => (uniform() < density ? 1 : 0));
}

describe('positions', () => {
  it('decode to the same flags, in no more bytes than positionBytes allows', () => {
    fc.assert(
      fc.property(
        fc.integer({ min: 1, max: 30 }),
        fc.integer({ min: 1, max: 30 }),
        fc.double({ min: 0, max: 1, noNaN: true }),
        fc.nat(),
        (rows, columns, density, seed) => {
          const flags = randomFlags(rows * columns, density ** 3, seed);
          const grid = blockGrid([rows, columns], 1, 1);
          const tensors = packPositions(flags, grid);
          const bytes = Object.values(tensors).reduce((sum, { data }) => sum + data.byteLength, 0);
          const kept = flags.reduce((sum, flag) => sum + flag, 0);
          expect(bytes).toBeLessThanOrEqual(positionBytes(flags.length, kept));
          expect(unpackPositions(stored(tensors), grid)).toEqual(flags);
        },
      ),
      { seed: 1, numRuns: 300 },
    );
  });

  it('are a mask when half is kept, gaps when few blocks are kept, and a coded mask when columns differ', () => {
    const grid = blockGrid([100, 10], 1, 1);
    const uneven = Uint8Array.from({ length: 1000 }, (_, at) => (at % 10 === 3 && at % 3 > 0 ? 1 : 0));
    expect(Object.keys(packPositions(randomFlags(1000, 0.5, 1), grid))).toEqual(['mask']);
    expect(Object.keys(packPositions(randomFlags(100, 0.1, 1), blockGrid([10, 10], 1, 1)))).toEqual(['gaps']);
    expect(Object.keys(packPositions(uneven, grid))).toEqual(['coded-mask']);
  });

  it('take at most 5 % more than the least possible at 90 % and 95 % sparsity', () => {
    for (const density of [0.1, 0.05]) {
      const flags = randomFlags(100_000, density, 2);
      const entropy = -(density * Math.log2(density) + (1 - density) * Math.log2(1 - density));
      const [{ data }] = Object.values(packPositions(flags, blockGrid([400, 250], 1, 1)));
      const bits = 8 * data.byteLength;
      expect(bits / (entropy * flags.length)).toBeLessThan(1.05);
    }
  });

  it('have the documented bits', () => {
    const flags = new Uint8Array(64);
    for (const block of [9, 12, 43]) flags[block] = 1;
    // Gaps 9, 2 and 30 with r = 3, in the order of their bits: 01·100, 1·010, 0001·011
    expect(packPositions(flags, blockGrid([8, 8], 1, 1))).toEqual({
      gaps: { shape: [3], data: Uint8Array.of(3, 0b10100110, 0b11010000) },
    });
  });

  it.each<[string, PackedMatrix, string]>([
    ['nothing', stored({}), 'file-tensor'],
    ['no bytes', gaps(), 'file-tensor'],
    ['remainders of 29 bits', gaps(29, 1), 'file-tensor'],
    ['half of a gap', gaps(8, 1), 'file-tensor'],
    ['a position beyond the last', gaps(0, 0b10000000, 0b10000000), 'file-tensor'],
    ['a position far beyond the last', gaps(28, 0, 0, 1, 0xff, 0xff, 0xff, 0xff), 'file-tensor'],
    ['bytes after the last gap', gaps(0, 1, 0), 'file-tensor'],
    ['a coded mask of nothing', stored({ 'coded-mask': { shape: [0], data: new Uint8Array(0) } }), 'file-tensor'],
    ['a mask of another length', stored({ mask: { shape: [3], data: new Uint8Array(3) } }), 'file-tensor'],
    ['floats', stored({ gaps: { shape: [2], data: new Float32Array(2) } }), 'file-dtype'],
  ])('refuse %s', (_, packed, code) => {
    expectRefusal(() => unpackPositions(packed, blockGrid([3, 4], 1, 1)), code);
  });
});
