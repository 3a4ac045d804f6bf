import { describe, expect, it } from 'vitest';
import { assertFinite, assertMatrix, assertShape2D } from '../src/checks.ts';
import { fromRows, isGCompressError, type Matrix, matrix } from '../src/index.ts';

const invalid = expect.toSatisfy((error) => isGCompressError(error, 'invalid-matrix'));

describe('matrix', () => {
  it('takes a Float32Array as it is and converts anything else', () => {
    const data = Float32Array.of(1, 2, 3, 4, 5, 6);
    expect(matrix([2, 3], data).data).toBe(data);
    const converted = matrix([1, 2], [0.1, 2]);
    expect(converted).toEqual({ shape: [1, 2], data: Float32Array.of(0.1, 2) });
    expect(matrix([1, 2], Float64Array.of(0.1, 2))).toEqual(converted);
  });

  it('keeps no reference to the shape', () => {
    const shape: [number, number] = [1, 2];
    const made = matrix(shape, [1, 2]);
    shape[0] = 9;
    expect(made.shape).toEqual([1, 2]);
  });

  it.each<[[number, number], number]>([
    [[2, 2], 3],
    [[2, 2], 5],
    [[0, 2], 0],
    [[2, 0], 0],
    [[-1, -2], 2],
    [[1.5, 2], 3],
    [[Number.NaN, 2], 2],
    [[Number.POSITIVE_INFINITY, 1], 1],
  ])('refuses shape %j with %s values', (shape, count) => {
    expect(() => matrix(shape, new Float32Array(count))).toThrow(invalid);
  });
});

describe('fromRows', () => {
  it('puts the rows one after the other', () => {
    expect(
      fromRows([
        [1, 2],
        [3, 4],
        [5, 6],
      ]),
    ).toEqual(matrix([3, 2], [1, 2, 3, 4, 5, 6]));
  });

  it.each([[[]], [[[]]], [[[1], []]]])('refuses %j', (rows) => {
    expect(() => fromRows(rows)).toThrow(invalid);
  });

  it('names the row whose length differs', () => {
    expect(() => fromRows([[1, 2], [3, 4], [5]])).toThrow('fromRows: expected rows of 2 values, got 1 values in row 2');
  });
});

describe('checks', () => {
  it('assertShape2D refuses anything but two positive integers', () => {
    expect(() => assertShape2D([2, 3], 'here')).not.toThrow();
    expect(() => assertShape2D([2, 3, 4], 'here')).toThrow(/here: expected two positive integers .* got \[2, 3, 4\]/);
    expect(() => assertShape2D([], 'here')).toThrow(invalid);
  });

  it('assertMatrix refuses anything but a Float32Array that fills the shape', () => {
    expect(() => assertMatrix({ shape: [1, 2], data: Float32Array.of(1, 2) }, 'here')).not.toThrow();
    expect(() => assertMatrix({ shape: [2, 2], data: Float32Array.of(1, 2) }, 'here')).toThrow(
      'here: expected a Float32Array of 2 × 2 = 4 values, got 2 values',
    );
    expect(() => assertMatrix({ shape: [1, 1], data: [1] } as unknown as Matrix, 'here')).toThrow(invalid);
  });

  it.each([Number.NaN, Number.POSITIVE_INFINITY, Number.NEGATIVE_INFINITY])(
    'assertFinite names where %s is',
    (value) => {
      const broken = matrix([2, 3], [1, 2, 3, 4, value, Number.NaN]);
      const refused = expect.toSatisfy((error) => isGCompressError(error, 'non-finite'));
      expect(() => assertFinite(broken, 'here')).toThrow(refused);
      expect(() => assertFinite(broken, 'here')).toThrow(
        `here: expected finite numbers, got ${value} at row 1, column 1`,
      );
      expect(() => assertFinite(matrix([1, 2], [3e38, -1e-45]), 'here')).not.toThrow();
    },
  );
});
