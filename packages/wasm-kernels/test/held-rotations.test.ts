// Held rotations: the bits of plain arrays, whole encodings of simhash, and their life.
import { serialize } from '@gcompress/core';
import { createRandom } from '@gcompress/linalg';
import { simhash } from '@gcompress/simhash';
import { normalMatrix } from '@gcompress/testkit';
import fc from 'fast-check';
import { expect, it, vi } from 'vitest';
import { wasmKernels } from '../src/index.ts';
import { normals, sameBits } from './helpers.ts';

const kernels = await wasmKernels();

function hold(rotations: readonly Int32Array[], rows: number, cols: number) {
  const held = kernels.holdRotations?.(rotations, rows, cols);
  if (!held) throw new Error('These kernels hold no rotations');
  return held;
}

function pairsOf(rows: number, count: number, seed: number): Int32Array {
  const random = createRandom(seed);
  const pairs = new Int32Array(rows < 2 ? 0 : 2 * count);
  for (let at = 0; at < pairs.length; at += 2) {
    pairs[at] = random.integer(rows);
    pairs[at + 1] = (pairs[at] + 1 + random.integer(rows - 1)) % rows;
  }
  return pairs;
}

function turned(pairs: Int32Array, columns: Float64Array, width: number, back: boolean): Float64Array {
  const x = columns.slice();
  for (let step = 0; step < pairs.length; step += 2) {
    const at = back ? pairs.length - 2 - step : step;
    const [first, second] = back ? [pairs[at + 1], pairs[at]] : [pairs[at], pairs[at + 1]];
    for (let j = 0; j < width; j++) {
      const [u, v] = [x[first * width + j], x[second * width + j]];
      x[first * width + j] = (u + v) * Math.SQRT1_2;
      x[second * width + j] = (v - u) * Math.SQRT1_2;
    }
  }
  return x;
}

it('turns columns to the bits of plain arrays, also fewer than there is room for', () => {
  const sizes = fc.tuple(fc.integer({ min: 1, max: 19 }), fc.integer({ min: 1, max: 13 }), fc.nat(30), fc.nat(1000));
  fc.assert(
    fc.property(sizes, fc.nat(12), fc.boolean(), ([rows, cols, count, seed], spare, transposed) => {
      const rotations = [pairsOf(rows, count, seed), pairsOf(rows, count + 1, seed + 1)];
      const held = hold(rotations, rows, cols + spare);
      const columns = normals(rows * cols, seed + 2);
      for (const [index, pairs] of rotations.entries()) {
        held.columns.set(columns);
        held.turn(index, transposed, cols);
        const expected = turned(pairs, columns, cols, transposed);
        expect(sameBits(held.columns.slice(0, rows * cols), expected)).toBe(true);
      }
    }),
  );
});

it.each([
  { rows: 33, cols: 130, bits: 100 },
  { rows: 64, cols: 64, bits: 20 },
  { rows: 1, cols: 5, bits: 3 },
])('simhash of $rows × $cols has the bytes of plain arrays', ({ rows, cols, bits }) => {
  const holdRotations = vi.fn(kernels.holdRotations);
  const compressor = simhash({ bits, allowLarger: true });
  const weights = normalMatrix([rows, cols], 4);
  const own = compressor.compress(weights, { kernels: { ...kernels, holdRotations } });
  expect(holdRotations).toHaveBeenCalled();
  expect(serialize({ own })).toEqual(serialize({ own: compressor.compress(weights) }));
});

it('released rotations refuse to compute', () => {
  const held = hold([pairsOf(4, 2, 1)], 4, 2);
  held.release();
  expect(() => held.turn(0, false, 2)).toThrow(expect.objectContaining({ code: 'disposed' }));
});
