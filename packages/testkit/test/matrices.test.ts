import type { Matrix } from '@gcompress/core';
import { assertFinite, assertMatrix } from '@gcompress/core/checks';
import * as fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import {
  anyMatrices,
  denseMatrices,
  hardMatrices,
  lowRankMatrices,
  nonFiniteMatrices,
  normalMatrix,
  scaledMatrices,
  shapes,
  sparseMatrices,
} from '../src/index.ts';

/** `Aᵀ·A` for a matrix that is not wider than tall, `A·Aᵀ` otherwise; row-major. */
function gram({ shape: [rows, cols], data }: Matrix): { readonly size: number; readonly entries: number[] } {
  const size = Math.min(rows, cols);
  const at = rows >= cols ? (i: number, k: number) => data[k * cols + i] : (i: number, k: number) => data[i * cols + k];
  const entries = Array.from({ length: size * size }, (_, position) => {
    let sum = 0;
    for (let k = 0; k < Math.max(rows, cols); k++) sum += at(Math.floor(position / size), k) * at(position % size, k);
    return sum;
  });
  return { size, entries };
}

/** Every 2×2 minor of a matrix, relative to its entries. */
function largestMinor({ shape: [rows, cols], data }: Matrix): number {
  let largest = 0;
  for (let i = 1; i < rows; i++) {
    for (let j = 1; j < cols; j++) {
      const [a, b, c, d] = [data[0], data[j], data[i * cols], data[i * cols + j]];
      largest = Math.max(largest, Math.abs(a * d - b * c) / (Math.abs(a * d) + Math.abs(b * c) || 1));
    }
  }
  return largest;
}

describe('hardMatrices', () => {
  const matrices = hardMatrices();

  it('are finite, fill their shapes, and have the names that suites show', () => {
    for (const matrix of Object.values(hardMatrices([5, 7]))) {
      assertMatrix(matrix, 'hard');
      assertFinite(matrix, 'hard');
    }
    expect(Object.keys(matrices)).toEqual([
      'zero',
      'constant',
      'rank-one',
      'repeated-singular-values',
      'huge-scale',
      'tiny-scale',
      'one-outlier',
      'identical-rows',
      'one-zero-row',
      'one-row',
      'one-column',
      'one-entry',
    ]);
  });

  it('are what their names say', () => {
    const largest = (name: string) => matrices[name].data.reduce((most, entry) => Math.max(most, Math.abs(entry)), 0);
    expect(largest('zero')).toBe(0);
    expect(new Set(matrices.constant.data).size).toBe(1);
    expect(largestMinor(matrices['rank-one'])).toBeLessThan(1e-6);
    expect(largestMinor(matrices['identical-rows'])).toBe(0);
    expect(largest('huge-scale')).toBeGreaterThan(1e30);
    expect(largest('tiny-scale')).toBeLessThan(1e-29);
    expect([...matrices['one-outlier'].data].filter((entry) => Math.abs(entry) > 100)).toEqual([1e6]);
    const rows = Array.from({ length: 24 }, (_, row) => matrices['one-zero-row'].data.slice(row * 16, (row + 1) * 16));
    expect(rows.filter((row) => row.every((entry) => entry === 0))).toHaveLength(1);
    expect(['one-row', 'one-column', 'one-entry'].map((name) => matrices[name].shape)).toEqual([
      [1, 16],
      [24, 1],
      [1, 1],
    ]);
  });

  it.each([[[24, 16]], [[5, 9]], [[4, 4]]] as const)('repeat the singular value 1 for shape %j', (shape) => {
    const { size, entries } = gram(hardMatrices(shape)['repeated-singular-values']);
    entries.forEach((entry, at) => {
      expect(entry).toBeCloseTo(Math.floor(at / size) === at % size ? 1 : 0, 5);
    });
  });
});

it('nonFiniteMatrices hold one bad entry each, where they say', () => {
  for (const shape of [
    [24, 16],
    [1, 1],
    [3, 2],
  ] as const) {
    for (const [name, { matrix, row, column }] of Object.entries(nonFiniteMatrices(shape))) {
      const bad = [...matrix.data.keys()].filter((at) => !Number.isFinite(matrix.data[at]));
      expect(bad).toEqual([row * shape[1] + column]);
      expect(String(matrix.data[bad[0]])).toBe(name);
    }
  }
});

it('normalMatrix is the same for the same seed only', () => {
  expect(normalMatrix([3, 4], 1)).toEqual(normalMatrix([3, 4], 1));
  expect(normalMatrix([3, 4], 1)).not.toEqual(normalMatrix([3, 4], 2));
});

/** Whether a number is one that denseMatrices makes. */
function isEighth(value: number): boolean {
  return Number.isInteger(value * 8) && Math.abs(value) <= 128;
}

describe('generators', () => {
  it.each([
    ['dense', denseMatrices()],
    ['low-rank', lowRankMatrices()],
    ['sparse', sparseMatrices()],
    ['scaled', scaledMatrices(denseMatrices())],
    ['any', anyMatrices()],
  ])('%s matrices are valid and finite', (_, matrices) => {
    fc.assert(
      fc.property(matrices, (matrix) => {
        assertMatrix(matrix, 'generated');
        assertFinite(matrix, 'generated');
      }),
    );
  });

  it('low-rank matrices of rank one have no minor', () => {
    fc.assert(fc.property(lowRankMatrices(shapes(), 1), (matrix) => largestMinor(matrix) < 1e-6));
  });

  it('sparse matrices are mostly zeros', () => {
    const entries = fc.sample(sparseMatrices(), { numRuns: 200, seed: 1 }).flatMap(({ data }) => [...data]);
    expect(entries.filter((entry) => entry === 0).length / entries.length).toBeGreaterThan(0.6);
    expect(entries.some((entry) => entry !== 0)).toBe(true);
  });

  it('scaled matrices lose nothing: each is a matrix of multiples of 1/8 times one power of two', () => {
    const exponents = new Set<number>();
    fc.assert(
      fc.property(scaledMatrices(denseMatrices(), 40), ({ data }) => {
        // Undoing the right power gives back what denseMatrices makes; rounding on the way would leave other numbers
        const undone = [...Array(81).keys()].filter((at) => data.every((entry) => isEighth(entry / 2 ** (at - 40))));
        expect(undone.length).toBeGreaterThan(0);
        if (data.some((entry) => entry !== 0)) exponents.add(undone[0]);
      }),
    );
    expect(exponents.size).toBeGreaterThan(10);
  });

  it('scaled matrices keep to the largest exponent', () => {
    fc.assert(fc.property(scaledMatrices(denseMatrices(), 0), ({ data }) => data.every(isEighth)));
  });

  it('shapes keep to their limits', () => {
    fc.assert(
      fc.property(shapes({ maxRows: 3, maxCols: 2 }), ([rows, cols]) => {
        expect(rows >= 1 && rows <= 3 && cols >= 1 && cols <= 2).toBe(true);
      }),
    );
  });
});
