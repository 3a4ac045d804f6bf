import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { Cholesky, choleskyFactor, type Dense, gram } from '../src/index.ts';
import { normalMatrix } from './helpers.ts';

function times(a: Dense, x: Float64Array, size = x.length): Float64Array {
  const n = a.shape[1];
  return Float64Array.from({ length: size }, (_, i) => x.reduce((sum, entry, j) => sum + a.data[i * n + j] * entry, 0));
}

function expectClose(actual: ArrayLike<number>, expected: ArrayLike<number>): void {
  expect(actual.length).toBe(expected.length);
  for (let i = 0; i < actual.length; i++) expect(actual[i]).toBeCloseTo(expected[i], 9);
}

describe('Cholesky', () => {
  it('solves with any positive definite matrix', () => {
    fc.assert(
      fc.property(fc.integer({ min: 1, max: 12 }), fc.nat(1000), (n, seed) => {
        const a = gram(normalMatrix(n + 10, n, seed));
        const x = Float64Array.from(normalMatrix(n, 1, seed + 1).data);
        expectClose(choleskyFactor(a).solve(times(a, x)), x);
      }),
    );
  });

  it('solves at every size while it grows, and after it shrank', () => {
    const n = 8;
    const a = gram(normalMatrix(20, n));
    const x = Float64Array.from(normalMatrix(n, 1).data);
    const cholesky = new Cholesky(n);
    const expectSolved = (size: number) => {
      expect(cholesky.size).toBe(size);
      const part = x.subarray(0, size);
      const b = times(a, part, size);
      expectClose(cholesky.solve(b), part);
      expectClose(cholesky.solve(b, b), part);
    };
    for (let i = 0; i < n; i++) {
      expect(cholesky.append(a.data.subarray(i * n, (i + 1) * n))).toBe(true);
      expectSolved(i + 1);
    }
    cholesky.truncate(3);
    expectSolved(3);
    cholesky.append(a.data.subarray(3 * n, 4 * n));
    expectSolved(4);
    cholesky.truncate(0);
    expect(cholesky.size).toBe(0);
  });

  it('says no to a row that depends on those before, and stays as it was', () => {
    const cholesky = new Cholesky(3);
    expect(cholesky.append([1])).toBe(true);
    expect(cholesky.append([0.5, 2])).toBe(true);
    expect(cholesky.append([1, 0.5, 1])).toBe(false);
    expect(cholesky.append([1, 0.5, 1 + 1e-13])).toBe(false);
    expect(cholesky.append([0, 0, 0])).toBe(false);
    expect(cholesky.append([Number.NaN, 0, 1])).toBe(false);
    expect(cholesky.size).toBe(2);
    expectClose(
      cholesky.solve([2, 4.5]),
      times({ shape: [2, 2], data: new Float64Array([8, -2, -2, 4]) }, new Float64Array([2, 4.5])).map((y) => y / 7),
    );
    expect(cholesky.append([0, 0, 1])).toBe(true);
  });

  it('refuses to outgrow its capacity, or a row that is too short', () => {
    const cholesky = new Cholesky(1);
    expect(() => cholesky.append([])).toThrow('Cholesky.append: expected 1 values and room for them, got 0 values');
    cholesky.append([1]);
    expect(() => cholesky.append([0, 1])).toThrow('room for 1 rows');
  });

  it('refuses matrices that are not square or not positive definite', () => {
    expect(() => choleskyFactor(normalMatrix(2, 3))).toThrow('choleskyFactor: expected a square matrix, got [2, 3].');
    const indefinite: Dense = { shape: [2, 2], data: new Float64Array([1, 2, 2, 1]) };
    expect(() => choleskyFactor(indefinite)).toThrow(
      'expected a positive definite matrix, got one that is not in row 1',
    );
  });
});
