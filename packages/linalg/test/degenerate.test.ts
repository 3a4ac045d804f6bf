// Decompositions of rank-deficient matrices and of extreme scales.
import type { Matrix } from '@gcompress/core';
import fc from 'fast-check';
import { Matrix as MlMatrix, SingularValueDecomposition } from 'ml-matrix';
import { describe, expect, it } from 'vitest';
import { gram, symmetricEigen, thinQr, thinSvd, truncatedSvd } from '../src/index.ts';
import { deviationFromOrthonormal, matrixOf, normalMatrix, reconstruct, relativeDifference } from './helpers.ts';

type Shape = readonly [rows: number, cols: number];

/** A matrix with a few distinct rows or columns, each repeated many times, and its singular values by an independent method. */
function repeated([rows, cols]: Shape, kinds: number, seed: number, entries: 'normal' | 'integer') {
  const few = normalMatrix(kinds, cols, seed);
  if (entries === 'integer') few.data.set(few.data.map((entry) => Math.round(2 * entry)));
  const kindOf = (row: number) => (row * 7919) % kinds;
  const counts = new Float64Array(kinds);
  for (let i = 0; i < rows; i++) counts[kindOf(i)]++;
  // Equal rows act like one row that is √count times as long
  const scaled = Array.from(few.data, (entry, at) => entry * Math.sqrt(counts[Math.floor(at / cols)]));
  const oracle = new SingularValueDecomposition(MlMatrix.from1DArray(kinds, cols, scaled), { autoTranspose: true });
  const a = matrixOf(rows, cols, (i, j) => few.data[kindOf(i) * cols + j]);
  return { a, values: oracle.diagonal };
}

function transposedMatrix({ shape: [rows, cols], data }: Matrix): Matrix {
  return matrixOf(cols, rows, (i, j) => data[j * cols + i]);
}

function times(a: Matrix, scale: number): Matrix {
  return { shape: a.shape, data: a.data.map((entry) => entry * scale) };
}

function expectDecomposed(a: Matrix, values?: readonly number[]): void {
  const [rows, cols] = a.shape;
  const count = Math.min(rows, cols);
  const svd = thinSvd(a);
  expect(deviationFromOrthonormal(svd.u, rows, count)).toBeLessThan(1e-12);
  expect(deviationFromOrthonormal(svd.v, cols, count)).toBeLessThan(1e-12);
  expect(relativeDifference(a, reconstruct(svd, rows, cols))).toBeLessThan(1e-13);
  svd.s.forEach((value, i) => {
    const expected = values ? (values[i] ?? 0) : value;
    expect(Math.abs(value - expected)).toBeLessThanOrEqual(1e-13 * svd.s[0]);
  });
}

// Without an absolute bound for negligible entries, most of these matrices do not converge or lose orthonormality at these sizes
const SHAPES: readonly Shape[] = [
  [300, 100],
  [100, 300],
  [1000, 40],
  [1, 400],
  [400, 1],
];

const KINDS: Readonly<Record<string, (rows: number, cols: number) => Matrix>> = {
  ones: (rows, cols) => matrixOf(rows, cols, () => 1),
  'a constant': (rows, cols) => matrixOf(rows, cols, () => -0.1),
  'the largest float32': (rows, cols) => matrixOf(rows, cols, () => 3.4028234e38),
  'a subnormal constant': (rows, cols) => matrixOf(rows, cols, () => 1e-42),
  'the smallest float32': (rows, cols) => matrixOf(rows, cols, (i, j) => 1.4e-45 * ((i * j) % 3)),
  zero: (rows, cols) => matrixOf(rows, cols, () => 0),
  'blocks of ones': (rows, cols) => matrixOf(rows, cols, (i, j) => (i < rows / 2 === j < cols / 2 ? 1 : 0)),
  'small integers of low rank': (rows, cols) => matrixOf(rows, cols, (i, j) => (i % 3) * (j % 5) + (i % 2) * (j % 7)),
  'one entry in the last place': (rows, cols) =>
    matrixOf(rows, cols, (i, j) => (i === rows - 1 && j === cols - 1 ? 5 : 0)),
  identity: (rows, cols) => matrixOf(rows, cols, (i, j) => (i === j ? 1 : 0)),
  shift: (rows, cols) => matrixOf(rows, cols, (i, j) => (j === i + 1 ? 1 : 0)),
  'graded to the smallest float32': (rows, cols) =>
    matrixOf(rows, cols, (i, j) => Math.max(1e-45, 2 ** (-(i + j) / 2))),
  'graded rows': (rows, cols) => {
    const { shape, data } = normalMatrix(rows, cols);
    return { shape, data: data.map((entry, at) => entry * 2 ** (-Math.floor(at / cols) / 3)) };
  },
  'graded columns': (rows, cols) => {
    const { shape, data } = normalMatrix(rows, cols);
    return { shape, data: data.map((entry, at) => entry * 10 ** (-(at % cols) / 4)) };
  },
};

describe('rank-deficient matrices of layer size', () => {
  it.each(Object.keys(KINDS))('have exact and truncated decompositions: %s', (kind) => {
    for (const [rows, cols] of SHAPES) {
      const a = KINDS[kind](rows, cols);
      expectDecomposed(a);
      const rank = Math.min(8, rows, cols);
      const { u, v } = truncatedSvd(a, rank);
      expect(deviationFromOrthonormal(u, rows, rank)).toBeLessThan(1e-12);
      expect(deviationFromOrthonormal(v, cols, rank)).toBeLessThan(1e-12);
    }
  });

  it('have the singular values of their few distinct rows or columns, at any scale', () => {
    const cases = fc.record({
      shape: fc.constantFrom<Shape>([300, 100], [260, 120], [500, 64], [120, 110]),
      kinds: fc.integer({ min: 1, max: 12 }),
      entries: fc.constantFrom('normal' as const, 'integer' as const),
      turned: fc.boolean(),
      exponent: fc.integer({ min: -100, max: 120 }),
      seed: fc.nat(1000),
    });
    fc.assert(
      fc.property(cases, ({ shape, kinds, entries, turned, exponent, seed }) => {
        const { a, values } = repeated(shape, kinds, seed, entries);
        const scale = 2 ** exponent;
        const scaled = times(turned ? transposedMatrix(a) : a, scale);
        expectDecomposed(
          scaled,
          values.map((value) => value * scale),
        );
      }),
      { numRuns: 20, seed: 1 },
    );
  });
});

describe('the other decompositions', () => {
  it.each(Object.keys(KINDS))('solve the eigenproblem of the Gram matrix with orthonormal factors: %s', (kind) => {
    for (const [rows, cols] of [
      [120, 90],
      [200, 20],
    ] as const) {
      const a = KINDS[kind](rows, cols);
      const { values, vectors } = symmetricEigen(gram(a));
      expect(values.every(Number.isFinite)).toBe(true);
      expect(deviationFromOrthonormal(vectors.data, cols, cols)).toBeLessThan(1e-12);
      expect(deviationFromOrthonormal(thinQr(a).q.data, rows, cols)).toBeLessThan(1e-12);
    }
  });

  it.each([1e-322, 1e-310, 1e-200, 1e200, 1e305])(
    'have orthonormal factors for float64 numbers of size %f',
    (scale) => {
      const n = 30;
      const data = Float64Array.from(gram(normalMatrix(20, n)).data, (entry) => Math.round(entry) * scale);
      const { values, vectors } = symmetricEigen({ shape: [n, n], data });
      expect(values.every(Number.isFinite)).toBe(true);
      expect(deviationFromOrthonormal(vectors.data, n, n)).toBeLessThan(1e-12);
      expect(deviationFromOrthonormal(thinQr({ shape: [n, n], data }).q.data, n, n)).toBeLessThan(1e-12);
    },
  );
});
