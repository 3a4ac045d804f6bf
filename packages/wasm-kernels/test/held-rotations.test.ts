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

/** The nearest odd multiples of the units, one coordinate after the other. */
function rounded(
  residual: Float64Array,
  levels: Int32Array,
  [from, to]: readonly [number, number],
  units: Float64Array,
  halves: Float64Array,
  most: number,
) {
  const [x, chosen] = [residual.slice(), levels.slice()];
  const width = units.length;
  for (let at = from * width; at < to * width; at++) {
    const unit = units[at % width];
    const rest = x[at] + unit * chosen[at];
    chosen[at] = Math.max(-most, Math.min(most, 2 * Math.floor(rest * halves[at % width]) + 1));
    x[at] = rest - unit * chosen[at];
  }
  return { x, chosen, changed: chosen.some((level, at) => level !== levels[at]) };
}

it('rounds coordinates to the levels and the bits of plain arrays, in some rows, also for columns of zeros', () => {
  const sizes = fc.tuple(fc.integer({ min: 1, max: 9 }), fc.integer({ min: 1, max: 13 }), fc.nat(1000));
  fc.assert(
    fc.property(
      sizes,
      fc.nat(9),
      fc.nat(9),
      fc.integer({ min: 1, max: 31 }),
      ([rows, cols, seed], one, two, digits) => {
        const [from, to] = [Math.min(one, two, rows), Math.min(Math.max(one, two), rows)];
        const held = hold([pairsOf(rows, 1, seed), pairsOf(rows, 2, seed)], rows, cols + 3);
        expect(held.levels.map((levels) => levels.every((level) => level === 0))).toEqual([true, true]);
        const random = createRandom(seed);
        const units = Float64Array.from({ length: cols }, () => (random.integer(4) === 0 ? 0 : random.uniform()));
        const halves = units.map((unit) => (unit === 0 ? 0 : 0.5 / unit));
        let x = normals(rows * cols, seed).map((value) => 4 * value);
        let levels = new Int32Array(rows * cols);
        held.columns.set(x);
        // The second time, from the levels of the first
        for (const factor of [1, 0.7]) {
          const bound = [from, to] as const;
          const own = [units.map((unit) => unit * factor), halves.map((half) => half / factor)] as const;
          const expected = rounded(x, levels, bound, ...own, 2 ** digits - 1);
          expect(held.round(1, from, to, ...own, 2 ** digits - 1)).toBe(expected.changed);
          [x, levels] = [expected.x, expected.chosen];
          expect(sameBits(held.columns.slice(0, rows * cols), x)).toBe(true);
          expect(held.levels[1].slice(0, rows * cols)).toEqual(levels);
        }
        expect(held.levels[0].every((level) => level === 0)).toBe(true);
      },
    ),
  );
});

it.each([
  { rows: 33, cols: 130, bits: 100 },
  { rows: 64, cols: 64, bits: 20 },
  { rows: 33, cols: 67, bits: 250 },
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
  const disposed = expect.objectContaining({ code: 'disposed' });
  expect(() => held.turn(0, false, 2)).toThrow(disposed);
  expect(() => held.round(0, 0, 4, new Float64Array(2), new Float64Array(2), 1)).toThrow(disposed);
});
