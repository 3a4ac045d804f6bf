// Symmetric eigenproblems, compared with ml-matrix.
import fc from 'fast-check';
import { EigenvalueDecomposition, Matrix as MlMatrix } from 'ml-matrix';
import { describe, expect, it } from 'vitest';
import { type Dense, gram, multiply, multiplyTransposed, symmetricEigen } from '../src/index.ts';
import { deviationFromOrthonormal, normalMatrix, relativeDifference } from './helpers.ts';

function symmetric(n: number, entry: (i: number, j: number) => number): Dense<Float64Array> {
  const data = Float64Array.from({ length: n * n }, (_, at) => {
    const [i, j] = [Math.floor(at / n), at % n];
    return entry(Math.max(i, j), Math.min(i, j));
  });
  return { shape: [n, n], data };
}

/** `‖A·V − V·diag(λ)‖ / ‖A‖`, and V orthonormal. */
function expectEigen(a: Dense<Float64Array>, count = a.shape[0]): void {
  const n = a.shape[0];
  const { values, vectors } = symmetricEigen(a, count);
  expect(values.length).toBe(n);
  expect(vectors.shape).toEqual([n, count]);
  expect(deviationFromOrthonormal(vectors.data, n, count)).toBeLessThan(1e-13);
  const image = multiply(a, vectors);
  const norm = Math.hypot(...a.data) || 1;
  for (let i = 0; i < n; i++) {
    for (let j = 0; j < count; j++) {
      expect(Math.abs(image.data[i * count + j] - vectors.data[i * count + j] * values[j]) / norm).toBeLessThan(1e-13);
    }
  }
  for (let i = 1; i < n; i++) expect(values[i]).toBeLessThanOrEqual(values[i - 1]);
}

describe('symmetricEigen', () => {
  it('solves any symmetric matrix, with all or only the leading eigenvectors', () => {
    const sizes = fc
      .integer({ min: 1, max: 20 })
      .chain((n) => fc.tuple(fc.constant(n), fc.integer({ min: 1, max: n }), fc.nat(1000)));
    fc.assert(
      fc.property(sizes, ([n, count, seed]) => {
        const { data } = normalMatrix(n, n, seed);
        expectEigen(
          symmetric(n, (i, j) => data[i * n + j]),
          count,
        );
      }),
    );
  });

  it('agrees with ml-matrix', () => {
    const a = gram(normalMatrix(50, 40));
    const oracle = new EigenvalueDecomposition(MlMatrix.from1DArray(40, 40, a.data), { assumeSymmetric: true });
    const expected = [...oracle.realEigenvalues].sort((x, y) => y - x);
    symmetricEigen(a, 0).values.forEach((value, i) => {
      expect(Math.abs(value - expected[i])).toBeLessThan(1e-13 * expected[0]);
    });
  });

  it.each([
    ['zero', symmetric(6, () => 0)],
    ['identity', symmetric(9, (i, j) => (i === j ? 1 : 0))],
    ['ones', symmetric(9, () => 1)],
    ['zero diagonal', symmetric(8, (i, j) => (i === j + 1 ? 1 : 0))],
    ['negative', symmetric(8, (i, j) => -1 / (i + j + 1))],
    ['Wilkinson, nearly equal pairs', symmetric(21, (i, j) => (i === j ? Math.abs(10 - i) : i === j + 1 ? 1 : 0))],
    ['graded', symmetric(12, (i, j) => 10 ** (-i - j))],
    ['graded the other way', symmetric(12, (i, j) => 10 ** (i + j - 22))],
    ['huge', symmetric(6, (i, j) => 1e150 * (i - 2 * j))],
    ['tiny', symmetric(6, (i, j) => 1e-150 * (i - 2 * j))],
  ])('solves: %s', (_, matrix) => {
    expectEigen(matrix);
  });

  it('reads only the lower triangle and does not change it', () => {
    const a = gram(normalMatrix(9, 7));
    const expected = symmetricEigen(a);
    const lower = a.data.map((entry, at) => (at % 7 > Math.floor(at / 7) ? Number.NaN : entry));
    const before = lower.slice();
    expect(symmetricEigen({ shape: [7, 7], data: lower })).toEqual(expected);
    expect(lower).toEqual(before);
  });

  it('has vectors and values that reconstruct the matrix', () => {
    const a = gram(normalMatrix(30, 25));
    const { values, vectors } = symmetricEigen(a);
    const scaled = vectors.data.map((entry, at) => entry * values[at % 25]);
    const transposedVectors = multiplyTransposed(
      vectors,
      symmetric(25, (i, j) => (i === j ? 1 : 0)),
    );
    expect(relativeDifference(a, multiply({ shape: [25, 25], data: scaled }, transposedVectors))).toBeLessThan(1e-14);
  });

  it('refuses invalid matrices and options', () => {
    expect(() => symmetricEigen(normalMatrix(3, 4))).toThrow('symmetricEigen: expected a square matrix, got [3, 4].');
    expect(() => symmetricEigen(normalMatrix(3, 3), 4)).toThrow('symmetricEigen count');
    expect(() => symmetricEigen(symmetric(3, () => Number.NaN))).toThrow('symmetricEigen: expected convergence');
  });
});
