// Thin QR factorisation: factors, orthonormality and refusals.
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { multiply, thinQr } from '../src/index.ts';
import { deviationFromOrthonormal, HARD, matrixOf, normalMatrix, relativeDifference } from './helpers.ts';

function expectFactors(a: ReturnType<typeof normalMatrix>): void {
  const [rows, cols] = a.shape;
  const { q, r } = thinQr(a);
  expect(q.shape).toEqual([rows, cols]);
  expect(r.shape).toEqual([cols, cols]);
  expect(deviationFromOrthonormal(q.data, rows, cols)).toBeLessThan(1e-14);
  expect(relativeDifference(a, multiply(q, r))).toBeLessThan(1e-14);
  for (let i = 0; i < cols; i++) for (let j = 0; j < i; j++) expect(r.data[i * cols + j]).toBe(0);
}

describe('thinQr', () => {
  it('factors any tall matrix', () => {
    fc.assert(
      fc.property(fc.integer({ min: 1, max: 20 }), fc.nat(20), fc.nat(1000), (cols, more, seed) => {
        expectFactors(normalMatrix(cols + more, cols, seed));
      }),
    );
  });

  it.each(Object.entries(HARD).filter(([, { shape }]) => shape[0] >= shape[1]))('factors: %s', (_, matrix) => {
    expectFactors(matrix);
  });

  it('has orthonormal columns where columns depend on each other', () => {
    const { q } = thinQr(matrixOf(10, 4, (i, j) => (j < 2 ? i : j === 2 ? 0 : 1)));
    expect(deviationFromOrthonormal(q.data, 10, 4)).toBeLessThan(1e-14);
  });

  it('accepts float64 of any scale and does not change it', () => {
    const data = Float64Array.from({ length: 12 }, (_, at) => (at % 5) - 2);
    for (const scale of [1e200, 1e-200]) {
      const a = { shape: [4, 3], data: data.map((entry) => entry * scale) } as const;
      const before = a.data.slice();
      const { q, r } = thinQr(a);
      expect(a.data).toEqual(before);
      expect(relativeDifference(a, multiply(q, r))).toBeLessThan(1e-14);
    }
  });

  it('refuses a wide matrix', () => {
    expect(() => thinQr(normalMatrix(3, 4))).toThrow(
      'thinQr: expected at least as many rows as columns, got [3, 4]. Factor the transpose.',
    );
  });
});
