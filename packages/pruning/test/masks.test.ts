// Masks by magnitude, blocks and m of n: kept entries, ties and refusals.
import { fromRows, type Matrix, matrix } from '@gcompress/core';
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { blockMask, magnitudeMask, patternMask } from '../src/index.ts';
import { expectRefusal, nonzeros, randomMatrix } from './support.ts';

const rowsOf = ({ shape: [rows, cols], data }: Matrix) =>
  Array.from({ length: rows }, (_, row) => [...data.subarray(row * cols, (row + 1) * cols)]);

describe('magnitudeMask', () => {
  it('keeps 5 of 100 at 95 %', () => {
    const a = matrix(
      [10, 10],
      Float32Array.from({ length: 100 }, (_, i) => (i % 2 ? -1 : 1) * (i + 1)),
    );
    const { data } = magnitudeMask(a, 0.95);
    expect([...data]).toEqual(Array.from({ length: 100 }, (_, i) => (i < 95 ? 0 : 1)));
  });

  it('keeps exactly half of equal entries, a different half for a different seed', () => {
    const ones = matrix([10, 10], new Float32Array(100).fill(1));
    const masks = [0, 0, 7].map((seed) => magnitudeMask(ones, 0.5, seed));
    expect(masks.map(nonzeros)).toEqual([50, 50, 50]);
    expect(masks[1]).toEqual(masks[0]);
    expect(masks[2]).not.toEqual(masks[0]);
  });

  it('rounds the number of kept entries half to even', () => {
    const five = matrix([1, 5], [1, 2, 3, 4, 5]);
    expect([0.1, 0.3, 0.5, 0.7, 0.9].map((sparsity) => nonzeros(magnitudeMask(five, sparsity)))).toEqual([
      4, 4, 2, 2, 0,
    ]);
  });

  it('keeps no entry smaller than a pruned entry, and does not change the matrix', () => {
    fc.assert(
      fc.property(
        fc.array(fc.float({ min: -4, max: 4, noNaN: true }), { minLength: 1, maxLength: 60 }),
        fc.double({ min: 0, max: 0.999, noNaN: true }),
        (values, sparsity) => {
          const a = matrix([1, values.length], values);
          const before = a.data.slice();
          const mask = magnitudeMask(a, sparsity).data;
          const magnitudes = (flag: number) => values.filter((_, at) => mask[at] === flag).map(Math.abs);
          expect(Math.min(...magnitudes(1))).toBeGreaterThanOrEqual(Math.max(...magnitudes(0)));
          expect(Math.abs(magnitudes(1).length - values.length * (1 - sparsity))).toBeLessThanOrEqual(0.5 + 1e-9);
          expect(a.data).toEqual(before);
        },
      ),
      { seed: 1 },
    );
  });
});

describe('blockMask', () => {
  const a = fromRows([
    [0.1, 0.1, 0.2, 0.2],
    [0.1, 0.1, 0.2, 0.2],
    [-0.3, 0.3, 0.4, 0.4],
    [0.3, -0.3, 0.4, -0.4],
  ]);

  it.each(['average', 'max'] as const)('keeps the lower half, by %s', (pooling) => {
    const lower = fromRows([
      [0, 0, 0, 0],
      [0, 0, 0, 0],
      [1, 1, 1, 1],
      [1, 1, 1, 1],
    ]);
    expect(blockMask(a, 0.5, { height: 2, width: 2, pooling })).toEqual(lower);
    expect(blockMask(a, 0.5, { height: 2, width: -1, pooling })).toEqual(lower);
  });

  it('takes a whole column with a height of −1', () => {
    expect(rowsOf(blockMask(a, 0.5, { height: -1, width: 1 }))).toEqual(new Array(4).fill([0, 0, 1, 1]));
  });

  it('pools by mean or maximum, which may keep different blocks', () => {
    const b = fromRows([[9, 0, 0, 0, 5, 5, 5, 5]]);
    expect(rowsOf(blockMask(b, 0.5, { height: 1, width: 4 }))).toEqual([[0, 0, 0, 0, 1, 1, 1, 1]]);
    expect(rowsOf(blockMask(b, 0.5, { height: 1, width: 4, pooling: 'max' }))).toEqual([[1, 1, 1, 1, 0, 0, 0, 0]]);
  });

  it('pools a block that the edge cuts off over its remaining entries', () => {
    // With 5 columns, the last block of width 4 has a single entry
    expect(rowsOf(blockMask(fromRows([[2, 2, 2, 2, 3]]), 0.5, { height: 1, width: 4 }))).toEqual([[0, 0, 0, 0, 1]]);
    expect(rowsOf(blockMask(fromRows([[3, 3, 3, 3, 2]]), 0.5, { height: 1, width: 4 }))).toEqual([[1, 1, 1, 1, 0]]);
  });

  it('keeps blocks as a whole, in any matrix', () => {
    const side = fc.integer({ min: 1, max: 9 });
    fc.assert(
      fc.property(
        side,
        side,
        side,
        side,
        fc.double({ min: 0, max: 0.99, noNaN: true }),
        (m, n, height, width, sparsity) => {
          const mask = rowsOf(blockMask(randomMatrix([m, n]), sparsity, { height, width }));
          mask.forEach((row, i) => {
            row.forEach((flag, j) => {
              expect(flag).toBe(mask[i - (i % height)][j - (j % width)]);
            });
          });
        },
      ),
      { seed: 1 },
    );
  });
});

describe('patternMask', () => {
  it('keeps the largest entries of each group in a column, and the first of equal entries', () => {
    const a = fromRows([
      [1, 2],
      [-4, 2],
      [3, 2],
      [2, -5],
      [0, 1],
    ]);
    expect(rowsOf(patternMask(a, { m: 2, n: 4 }))).toEqual([
      [0, 1],
      [1, 0],
      [1, 0],
      [0, 1],
      [1, 1],
    ]);
  });

  it('keeps all entries with n of n', () => {
    expect(nonzeros(patternMask(randomMatrix([6, 5]), { m: 3, n: 3 }))).toBe(30);
  });
});

describe('masks refuse', () => {
  const a = randomMatrix([2, 2]);
  it.each<[string, () => unknown, string]>([
    ['NaN', () => magnitudeMask(matrix([1, 1], [Number.NaN]), 0.5), 'non-finite'],
    ['NaN in a pattern', () => patternMask(matrix([1, 1], [Number.NaN]), { m: 1, n: 2 }), 'non-finite'],
    [
      'no matrix',
      () => blockMask({ shape: [1, 2], data: new Float32Array(1) }, 0.5, { height: 1, width: 1 }),
      'invalid-matrix',
    ],
    ['a sparsity of 1', () => magnitudeMask(a, 1), 'invalid-option'],
    ['a negative sparsity', () => magnitudeMask(a, -0.1), 'invalid-option'],
    ['half a seed', () => magnitudeMask(a, 0, 0.5), 'invalid-option'],
    ['a height of 0', () => blockMask(a, 0.5, { height: 0, width: 1 }), 'invalid-option'],
    ['a width of −2', () => blockMask(a, 0.5, { height: 1, width: -2 }), 'invalid-option'],
    ['another pooling', () => blockMask(a, 0.5, { height: 1, width: 1, pooling: 'sum' as 'max' }), 'invalid-option'],
    ['a misspelt option', () => blockMask(a, 0.5, { height: 1, width: 1, poling: 'max' } as never), 'unknown-option'],
    ['more than a group', () => patternMask(a, { m: 3, n: 2 }), 'invalid-option'],
    ['nothing of a group', () => patternMask(a, { m: 0, n: 2 }), 'invalid-option'],
  ])('%s', (_, call, code) => {
    expectRefusal(call, code);
  });
});
