import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { frobeniusNorm, fromRows, isGCompressError, matrix, relativeError, signalToNoise } from '../src/index.ts';

const anyMatrix = fc
  .tuple(fc.integer({ min: 1, max: 6 }), fc.integer({ min: 1, max: 6 }))
  .chain(([m, n]) =>
    fc
      .array(fc.float({ min: -1000, max: 1000, noNaN: true }), { minLength: m * n, maxLength: m * n })
      .map((values) => matrix([m, n], values)),
  );
const scaled = (a: ReturnType<typeof fromRows>, factor: number) =>
  matrix(
    a.shape,
    a.data.map((value) => value * factor),
  );

describe('frobeniusNorm', () => {
  it('is the root of the sum of squares', () => {
    expect(
      frobeniusNorm(
        fromRows([
          [3, 0],
          [0, -4],
        ]),
      ),
    ).toBeCloseTo(5, 12);
    expect(frobeniusNorm(fromRows([[0, 0]]))).toBe(0);
  });

  it('neither overflows nor underflows', () => {
    const huge = matrix([1, 2], [3e38, 3e38]);
    const tiny = matrix([1, 2], [1e-44, 1e-44]);
    expect(frobeniusNorm(huge) / huge.data[0]).toBeCloseTo(Math.SQRT2, 12);
    expect(frobeniusNorm(tiny) / tiny.data[0]).toBeCloseTo(Math.SQRT2, 12);
  });

  it('is not finite where an entry is not', () => {
    expect(frobeniusNorm(matrix([1, 2], [1, Number.POSITIVE_INFINITY]))).toBe(Number.POSITIVE_INFINITY);
    expect(frobeniusNorm(matrix([1, 2], [Number.NaN, 1]))).toBeNaN();
  });
});

describe('relativeError', () => {
  it('divides the norm of the difference by the norm of the original', () => {
    expect(relativeError(fromRows([[3, 4]]), fromRows([[3, 3]]))).toBeCloseTo(0.2, 12);
  });

  it('is 0 for an equal matrix, and 1 for zeros in place of any other', () => {
    fc.assert(
      fc.property(anyMatrix, (a) => {
        expect(relativeError(a, a)).toBe(0);
        fc.pre(a.data.some((value) => value !== 0));
        expect(relativeError(a, scaled(a, 0))).toBe(1);
      }),
    );
  });

  it('does not change when both are scaled by a power of two', () => {
    fc.assert(
      fc.property(anyMatrix, fc.integer({ min: -10, max: 20 }), (a, exponent) => {
        const approximation = matrix(a.shape, a.data.map(Math.round));
        const coarse = matrix(
          a.shape,
          a.data.map((value) => Math.fround(Math.trunc(value) + 1)),
        );
        const factor = 2 ** exponent;
        expect(relativeError(scaled(coarse, factor), scaled(approximation, factor))).toBe(
          relativeError(coarse, approximation),
        );
      }),
    );
  });

  it('works at the ends of the float32 range', () => {
    expect(relativeError(matrix([1, 2], [3e38, 3e38]), matrix([1, 2], [3e38, -3e38]))).toBeCloseTo(Math.SQRT2, 12);
    expect(relativeError(matrix([1, 2], [1e-44, 0]), matrix([1, 2], [0, 0]))).toBe(1);
  });

  it('is 0 or infinite for a zero matrix', () => {
    const zero = fromRows([[0, 0]]);
    expect(relativeError(zero, zero)).toBe(0);
    expect(relativeError(zero, fromRows([[0, 1e-30]]))).toBe(Number.POSITIVE_INFINITY);
  });

  it('is NaN where the approximation is', () => {
    expect(relativeError(fromRows([[1]]), matrix([1, 1], [Number.NaN]))).toBeNaN();
  });

  it('refuses matrices of different shapes', () => {
    const refused = expect.toSatisfy((error) => isGCompressError(error, 'shape-mismatch'));
    expect(() => relativeError(fromRows([[1, 2]]), fromRows([[1], [2]]))).toThrow(refused);
  });
});

it('signalToNoise is the relative error in decibels', () => {
  expect(signalToNoise(fromRows([[10, 0]]), fromRows([[10, 1]]))).toBeCloseTo(20, 10);
  expect(signalToNoise(fromRows([[1]]), fromRows([[1]]))).toBe(Number.POSITIVE_INFINITY);
});
