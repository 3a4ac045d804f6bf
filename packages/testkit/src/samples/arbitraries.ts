// Arbitraries for fast-check: shapes and matrices.
import { type Matrix, matrix, type Shape2D } from '@gcompress/core';
import { assertNumber, assertType } from '@gcompress/core/checks';
import * as fc from 'fast-check';
import { assertArbitrary } from '../assertions/argument-checks.ts';

/** Largest sides of the generated matrices. */
export interface SizeLimits {
  /** Default 12. */
  readonly maxRows?: number;
  /** Default 12. */
  readonly maxCols?: number;
}

/** Shapes `[m, n]` from `[1, 1]` on. */
export function shapes(limits: SizeLimits = {}): fc.Arbitrary<Shape2D> {
  assertType('shapes', 'limits', limits, 'object');
  const { maxRows = 12, maxCols = 12 } = limits;
  assertNumber('shapes', 'maxRows', maxRows, { min: 1, integer: true });
  assertNumber('shapes', 'maxCols', maxCols, { min: 1, integer: true });
  return fc.tuple(fc.integer({ min: 1, max: maxRows }), fc.integer({ min: 1, max: maxCols }));
}

/** Dense matrices. Entries are multiples of 1/8 from −128 to 128, so that failures shrink to readable numbers. */
export function denseMatrices(shape: fc.Arbitrary<Shape2D> = shapes()): fc.Arbitrary<Matrix> {
  assertArbitrary('denseMatrices', shape);
  return shape.chain((sides) => entries(sides[0] * sides[1]).map((data) => matrix(sides, data)));
}

/** Matrices of rank at most `maxRank`: products of two dense matrices. */
export function lowRankMatrices(shape: fc.Arbitrary<Shape2D> = shapes(), maxRank = 2): fc.Arbitrary<Matrix> {
  assertArbitrary('lowRankMatrices', shape);
  assertNumber('lowRankMatrices', 'maxRank', maxRank, { min: 1, integer: true });
  const product = ([rows, cols]: Shape2D, left: readonly number[], right: readonly number[], rank: number) =>
    matrix(
      [rows, cols],
      Float32Array.from({ length: rows * cols }, (_, at) => {
        let sum = 0;
        for (let p = 0; p < rank; p++) sum += left[Math.floor(at / cols) * rank + p] * right[p * cols + (at % cols)];
        return sum;
      }),
    );
  return fc
    .tuple(shape, fc.integer({ min: 1, max: maxRank }))
    .chain(([sides, rank]) =>
      fc
        .tuple(entries(sides[0] * rank), entries(rank * sides[1]))
        .map(([left, right]) => product(sides, left, right, rank)),
    );
}

/** Matrices most of whose entries are 0. */
export function sparseMatrices(shape: fc.Arbitrary<Shape2D> = shapes()): fc.Arbitrary<Matrix> {
  assertArbitrary('sparseMatrices', shape);
  return shape.chain((sides) => {
    const entry = fc.oneof({ weight: 4, arbitrary: fc.constant(0) }, { weight: 1, arbitrary: number });
    return fc
      .array(entry, { minLength: sides[0] * sides[1], maxLength: sides[0] * sides[1] })
      .map((data) => matrix(sides, data));
  });
}

/** The matrices of a generator times 2^k with |k| ≤ `maxExponent`, without rounding. */
export function scaledMatrices(matrices: fc.Arbitrary<Matrix>, maxExponent = 40): fc.Arbitrary<Matrix> {
  assertArbitrary('scaledMatrices', matrices);
  assertNumber('scaledMatrices', 'maxExponent', maxExponent, { min: 0, integer: true });
  return fc.tuple(matrices, fc.integer({ min: -maxExponent, max: maxExponent })).map(([a, k]) => scaleBy(a, 2 ** k));
}

/** Matrices of any kind above. */
export function anyMatrices(shape: fc.Arbitrary<Shape2D> = shapes()): fc.Arbitrary<Matrix> {
  const dense = denseMatrices(shape);
  return fc.oneof(dense, lowRankMatrices(shape), sparseMatrices(shape), scaledMatrices(dense));
}

/** A new matrix with each entry times `scale`. */
export function scaleBy(a: Matrix, scale: number): Matrix {
  return matrix(
    a.shape,
    a.data.map((entry) => entry * scale),
  );
}

const number = fc.integer({ min: -1024, max: 1024 }).map((eighths) => eighths / 8);

function entries(count: number): fc.Arbitrary<number[]> {
  return fc.array(number, { minLength: count, maxLength: count });
}
