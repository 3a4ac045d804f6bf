// Thin singular value decomposition, compared with NumPy and ml-matrix.
import type { Matrix } from '@gcompress/core';
import { golden, goldenMatrix, type TrainedName, trainedMatrix } from '@gcompress/fixtures';
import fc from 'fast-check';
import { Matrix as MlMatrix, SingularValueDecomposition } from 'ml-matrix';
import { describe, expect, it } from 'vitest';
import { singularValues, thinSvd } from '../src/index.ts';
import {
  deviationFromOrthonormal,
  fingerprint,
  HARD,
  matrixOf,
  normalMatrix,
  reconstruct,
  relativeDifference,
  withSingularValues,
} from './helpers.ts';

function expectSvd(a: Matrix, tolerance = 1e-13): void {
  const [rows, cols] = a.shape;
  const count = Math.min(rows, cols);
  const before = fingerprint(a.data);
  const svd = thinSvd(a);
  expect(fingerprint(a.data)).toBe(before);
  expect([svd.u.length, svd.s.length, svd.v.length]).toEqual([rows * count, count, cols * count]);
  expect(deviationFromOrthonormal(svd.u, rows, count)).toBeLessThan(tolerance);
  expect(deviationFromOrthonormal(svd.v, cols, count)).toBeLessThan(tolerance);
  expect(relativeDifference(a, reconstruct(svd, rows, cols))).toBeLessThan(tolerance);
  expect(svd.s.every((value, i) => value >= 0 && (i === 0 || value <= svd.s[i - 1]))).toBe(true);
  expect(singularValues(a)).toEqual(svd.s);
}

function expectValues(actual: Float64Array, expected: ArrayLike<number>, tolerance: number): void {
  expect(actual.length).toBe(expected.length);
  actual.forEach((value, i) => {
    expect(Math.abs(value - expected[i])).toBeLessThanOrEqual(tolerance * expected[0]);
  });
}

describe('thinSvd', () => {
  it('decomposes any matrix', () => {
    const side = fc.integer({ min: 1, max: 20 });
    fc.assert(
      fc.property(side, side, fc.nat(1000), (rows, cols, seed) => {
        expectSvd(normalMatrix(rows, cols, seed));
      }),
    );
  });

  it('decomposes sparse matrices of small integers, which often lack rank', () => {
    const sparse = fc.tuple(fc.integer({ min: 1, max: 9 }), fc.integer({ min: 1, max: 9 })).chain(([rows, cols]) =>
      fc
        .array(fc.oneof(fc.constant(0), fc.integer({ min: -2, max: 2 })), {
          minLength: rows * cols,
          maxLength: rows * cols,
        })
        .map((data): Matrix => ({ shape: [rows, cols], data: Float32Array.from(data) })),
    );
    fc.assert(fc.property(sparse, (a) => expectSvd(a)));
  });

  it.each(Object.entries(HARD))('decomposes: %s', (_, matrix) => {
    expectSvd(matrix);
  });

  it('returns the singular values that a matrix was constructed with', () => {
    expectValues(
      singularValues(withSingularValues(60, 45, [5, 5, 5, 1, 0.5, 0.25])),
      [5, 5, 5, 1, 0.5, 0.25, ...Array(39).fill(0)],
      1e-7,
    );
    expectValues(singularValues(HARD.permutation), Array(16).fill(2), 1e-15);
  });

  it('keeps small singular values of a graded matrix', () => {
    const values = singularValues(HARD.diagonal);
    expect([...values]).toEqual(Array.from({ length: 12 }, (_, i) => Math.fround(10 ** (5 - i))));
  });

  it('agrees with NumPy on the golden matrices', () => {
    const cases = golden<{ matrix: string; singularValues: number[] }[]>('lowrank');
    expect(cases.length).toBeGreaterThan(20);
    for (const { matrix, singularValues: expected } of cases) {
      expectValues(singularValues(goldenMatrix(matrix)), expected, 1e-14);
    }
  });

  it.each<TrainedName>(['fc1', 'fc2', 'fc3', 'conv2', 'dense1'])('agrees with NumPy on trained weights: %s', (name) => {
    const { singularValues: expected, ...a } = trainedMatrix(name);
    expectValues(singularValues(a), expected, 1e-14);
  });

  it('agrees with ml-matrix', () => {
    for (const [rows, cols] of [
      [40, 25],
      [25, 40],
      [30, 30],
    ] as const) {
      const a = normalMatrix(rows, cols);
      const oracle = new SingularValueDecomposition(MlMatrix.from1DArray(rows, cols, a.data), { autoTranspose: true });
      expectValues(thinSvd(a).s, oracle.diagonal, 1e-13);
    }
  });

  it('scales with the matrix', () => {
    const a = normalMatrix(20, 15);
    const { s } = thinSvd(a);
    for (const scale of [2 ** 100, 2 ** -100]) {
      const scaled = thinSvd({ shape: a.shape, data: a.data.map((entry) => entry * scale) });
      expectValues(
        scaled.s.map((value) => value / scale),
        s,
        1e-14,
      );
    }
  });

  it('gives the same bits on every engine', () => {
    const { u, s, v } = thinSvd(matrixOf(30, 20, (i, j) => ((i * 37 + j * 101 + i * j) % 23) - 11));
    expect(fingerprint(u, s, v)).toMatchInlineSnapshot(`"4abc1be"`);
  });

  it('refuses arguments that are not a matrix of finite numbers', () => {
    const broken = matrixOf(2, 3, (i, j) => (i === 1 && j === 2 ? Number.NaN : 0));
    expect(() => thinSvd(broken)).toThrow('thinSvd: expected finite numbers, got NaN at row 1, column 2.');
    expect(() => singularValues(broken)).toThrow('singularValues: expected finite numbers');
    expect(() => thinSvd({ shape: [2, 2], data: new Float32Array(3) })).toThrow('4 values, got 3 values');
  });
});
