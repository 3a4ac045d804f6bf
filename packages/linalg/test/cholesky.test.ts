// Cholesky factors, triangular solves and whitening.
import { golden, type NumpyArray } from '@gcompress/fixtures';
import { momentInputs, momentsOf } from '@gcompress/fixtures/moment-inputs';
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import {
  choleskyFactor,
  type Dense,
  gram,
  multiply,
  solveLower,
  solveLowerTransposed,
  whitening,
} from '../src/index.ts';
import { matrixOf, normalMatrix, relativeDifference } from './helpers.ts';

/** A positive definite matrix whose smallest eigenvalue is about `damping`. */
function definite(size: number, seed: number, damping = 0.01): Dense<Float64Array> {
  const a = gram(normalMatrix(size + 3, size, seed));
  for (let i = 0; i < size; i++) a.data[i * size + i] += damping;
  return a;
}

function transposedOf({ shape: [rows, cols], data }: Dense): Dense<Float64Array> {
  const values = Float64Array.from(
    { length: data.length },
    (_, at) => data[(at % rows) * cols + Math.floor(at / rows)],
  );
  return { shape: [cols, rows], data: values };
}

const sizes = fc.tuple(fc.integer({ min: 1, max: 150 }), fc.integer({ min: 1, max: 20 }), fc.nat(1000));
const runs = { numRuns: 40, seed: 1 };

describe('choleskyFactor', () => {
  it('gives a lower triangular factor of any positive definite matrix', () => {
    fc.assert(
      fc.property(sizes, ([size, , seed]) => {
        const a = definite(size, seed);
        const factor = choleskyFactor(a);
        expect(relativeDifference(a, multiply(factor, transposedOf(factor)))).toBeLessThan(1e-14);
        const above = factor.data.filter((_, at) => at % size > Math.floor(at / size));
        expect(above.every((value) => value === 0)).toBe(true);
        expect(factor.data.every((value, at) => at % (size + 1) !== 0 || value > 0)).toBe(true);
      }),
      runs,
    );
  });

  it('reads only the lower triangle, in either precision, and does not change it', () => {
    const a = definite(70, 3);
    const lower: Dense = { shape: a.shape, data: a.data.map((value, at) => (at % 70 > at / 70 ? Number.NaN : value)) };
    const before = lower.data.slice();
    expect(choleskyFactor(lower).data).toEqual(choleskyFactor(a).data);
    expect(lower.data).toEqual(before);
    const single = { shape: a.shape, data: Float32Array.from(a.data) };
    expect(relativeDifference(choleskyFactor(single), choleskyFactor(a))).toBeLessThan(1e-5);
  });

  it.each([
    ['zero', matrixOf(3, 3, () => 0), 0],
    ['without rank', matrixOf(3, 3, () => 1), 1],
    ['with a negative eigenvalue', matrixOf(80, 80, (i, j) => (i === j ? (i === 70 ? -1 : 1) : 0)), 70],
    ['NaN', matrixOf(2, 2, (i, j) => (i + j === 2 ? Number.NaN : 1)), 1],
  ])('refuses a matrix that is %s, naming the row', (_, matrix, row) => {
    expect(() => choleskyFactor(matrix)).toThrow(
      `choleskyFactor: expected a positive definite matrix, got a pivot at or below rounding error in row ${row}.`,
    );
  });

  it('refuses a matrix that is not square', () => {
    expect(() => choleskyFactor(normalMatrix(3, 4))).toThrow('choleskyFactor: expected a square matrix, got [3, 4]');
  });
});

describe('triangular systems', () => {
  it('are solved for any number of right-hand sides, lower and transposed', () => {
    fc.assert(
      fc.property(sizes, ([size, columns, seed]) => {
        const factor = choleskyFactor(definite(size, seed));
        const right = normalMatrix(size, columns, seed + 1);
        const forwards = solveLower(factor, right);
        expect(relativeDifference(right, multiply(factor, forwards))).toBeLessThan(1e-12);
        const backwards = solveLowerTransposed(factor, right);
        expect(relativeDifference(right, multiply(transposedOf(factor), backwards))).toBeLessThan(1e-12);
      }),
      runs,
    );
  });

  it('are refused if they have no solution or their sides do not fit', () => {
    const right = normalMatrix(3, 2);
    expect(() =>
      solveLower(
        matrixOf(3, 3, (i, j) => (i > j ? 1 : 0)),
        right,
      ),
    ).toThrow('solveLower: expected a diagonal without zeros, got a zero in row 0.');
    expect(() => solveLowerTransposed(definite(4, 1), right)).toThrow(
      'solveLowerTransposed: expected a right side with 4 rows, got 3.',
    );
  });
});

interface CholeskyCase {
  readonly count: number;
  readonly size: number;
  readonly diagonal: NumpyArray;
  readonly last: NumpyArray;
}

describe('whitening', () => {
  const cases = golden<{ readonly cholesky: readonly CholeskyCase[] }>('moments').cholesky;
  it.each(cases)('gives the numbers of NumPy for $count inputs of size $size', ({ count, size, diagonal, last }) => {
    const { factor, damping } = whitening(momentsOf(momentInputs(count, size), size), 0.01);
    expect(damping).toBe(0.01);
    const row = (data: ArrayLike<number>): Dense => ({ shape: [1, size], data: Float64Array.from(data) });
    const own = Float64Array.from({ length: size }, (_, i) => factor.data[i * size + i]);
    expect(relativeDifference(row(diagonal.data), row(own))).toBeLessThan(1e-13);
    expect(relativeDifference(row(last.data), row(factor.data.subarray(-size)))).toBeLessThan(1e-12);
  });

  it('damps more if rounding made an eigenvalue negative, and refuses strongly indefinite moments', () => {
    const size = 20;
    // The moments of one input, with a relative error of one millionth
    const values = Float64Array.from({ length: size * size }, (_, at) => (at % 21 === 0 ? 1 - 1e-6 : 1));
    const { damping } = whitening({ size, count: 1, values }, 1e-8);
    expect(damping).toBeGreaterThan(5e-7);
    expect(damping).toBeLessThan(1e-4);
    const impossible = values.map((value, at) => (at % 21 === 0 ? value : 50));
    expect(() => whitening({ size, count: 1, values: impossible }, 1e-8)).toThrow('rounding error in row 1');
  });

  it.each([1e-300, 1e300])('does not depend on the scale of the moments: times %d', (scale) => {
    const moments = momentsOf(momentInputs(30, 20), 20);
    const scaled = { ...moments, values: moments.values.map((value) => value * scale) };
    expect(relativeDifference(whitening(moments, 0.01).factor, whitening(scaled, 0.01).factor)).toBeLessThan(1e-14);
  });

  it('refuses zero moments and a damping out of range', () => {
    const zero = { size: 2, count: 1, values: new Float64Array(4) };
    expect(() => whitening(zero, 0.01)).toThrow('whitening: expected moments within the range of float64');
    expect(() => whitening(momentsOf(momentInputs(3, 2), 2), 0)).toThrow('whitening damping');
  });
});
