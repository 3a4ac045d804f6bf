// Compensated rounding, compared with GPTQ in NumPy.
import { matrix } from '@gcompress/core';
import { golden, goldenMatrix, type NumpyArray } from '@gcompress/fixtures';
import { momentInputs, momentsOf, outputError } from '@gcompress/fixtures/moment-inputs';
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { momentsWeakness, type RoundRow, roundCompensated, roundingOrder, rowImportance } from '../src/index.ts';
import { normalMatrix, relativeDifference } from './helpers.ts';

interface RoundedCase {
  readonly matrix: string;
  readonly count: number;
  readonly step: number;
  readonly levels: NumpyArray | null;
  readonly sum: number;
  readonly error: number;
  readonly plain: number;
}

const toStep =
  (step: number): RoundRow =>
  (values, rounded) => {
    for (let i = 0; i < values.length; i++) rounded[i] = step * Math.round(values[i] / step);
  };

describe('roundCompensated', () => {
  const cases = golden<{ readonly rounded: readonly RoundedCase[] }>('moments').rounded;
  it.each(cases)('gives the levels of GPTQ in NumPy: $matrix, step $step', ({ matrix, count, step, ...expected }) => {
    const weights = goldenMatrix(matrix);
    const [size] = weights.shape;
    const moments = momentsOf(momentInputs(count, size), size);
    const { rounded } = roundCompensated(weights, roundingOrder(moments), toStep(step));
    const levels = Array.from(rounded.data, (value) => Math.round(value / step) || 0);
    expect(levels.reduce((sum, level) => sum + Math.abs(level), 0)).toBe(expected.sum);
    if (expected.levels) expect(levels).toEqual(Array.from(expected.levels.data, (level) => level || 0));
    const error = outputError(moments, weights.data, rounded.data);
    expect(Math.abs(error / expected.error - 1)).toBeLessThan(1e-9);
    expect(error).toBeLessThan(0.75 * expected.plain);
  });

  it('returns the error in the damped metric, for any quantiser', () => {
    const cases = fc.tuple(fc.integer({ min: 1, max: 140 }), fc.integer({ min: 1, max: 9 }), fc.nat(99));
    const holds = ([size, columns, seed]: [number, number, number]) => {
      const weights = normalMatrix(size, columns, seed);
      const moments = momentsOf(momentInputs(size, size), size);
      if (moments.values.every((value) => value === 0)) return;
      const order = roundingOrder(moments, 0.02);
      const seen = new Set<number>();
      const { rounded, error } = roundCompensated(weights, order, (values, out, row) => {
        seen.add(row);
        for (let i = 0; i < values.length; i++) out[i] = Math.sign(values[i]);
      });
      expect(seen.size).toBe(size);
      let trace = 0;
      for (let i = 0; i < size; i++) trace += moments.values[i * size + i] / size;
      let expected = 0;
      for (let i = 0; i < size; i++) {
        for (let j = 0; j < size; j++) {
          const h = moments.values[i * size + j] / trace + (i === j ? 0.02 : 0);
          for (let c = 0; c < columns; c++) {
            const [left, right] = [i, j].map(
              (row) => weights.data[row * columns + c] - rounded.data[row * columns + c],
            );
            expected += h * left * right;
          }
        }
      }
      expect(Math.abs(error - expected)).toBeLessThan(1e-10 * expected + 1e-20);
    };
    fc.assert(fc.property(cases, holds), { numRuns: 25, seed: 1 });
  });

  it('equals plain rounding for independent inputs of equal size', () => {
    const weights = normalMatrix(70, 30);
    const values = Float64Array.from({ length: 4900 }, (_, at) => (at % 71 === 0 ? 3 : 0));
    const { rounded } = roundCompensated(weights, roundingOrder({ size: 70, count: 70, values }), toStep(0.5));
    expect(Array.from(rounded.data, (value) => value || 0)).toEqual(
      Array.from(weights.data, (value) => 0.5 * Math.round(value / 0.5) || 0),
    );
  });

  it('rounds the row of largest mean square first, and gives rows that others can replace a lower cost', () => {
    // Inputs 0 and 1 are nearly the same, input 2 is small, input 3 never occurs
    const x = Float64Array.of(2, 2.01, 0.5, 0, -2, -2, 0.5, 0, 1, 1, -0.5, 0);
    const order = roundingOrder(momentsOf(x, 4));
    expect([...order.rows].reverse()).toEqual([1, 0, 2, 3]);
    expect(order.costs[1]).toBeLessThan(0.1 * order.costs[0]);
    expect(order.costs[3]).toBeCloseTo(0.01, 12);
  });

  it('gives entries the importance of their row, times their own', () => {
    const order = roundingOrder(momentsOf(momentInputs(8, 3), 3));
    const own = matrix([3, 2], Float32Array.of(1, 2, 0, 1, 3, 0.5));
    const [a, b, c] = Float32Array.from(order.costs);
    expect([...rowImportance(order, 2).data]).toEqual([a, a, b, b, c, c]);
    const expected = [a, 2 * a, 0, b, Math.fround(3 * order.costs[2]), c / 2];
    expect([...rowImportance(order, 2, own).data]).toEqual(expected);
    expect(() => rowImportance(order, 3, own)).toThrow('rowImportance own: expected [3, 3], got [3, 2].');
  });

  it('does not change a matrix that needs no rounding', () => {
    const weights = normalMatrix(65, 4);
    const order = roundingOrder(momentsOf(momentInputs(80, 65), 65));
    const { rounded, error } = roundCompensated(weights, order, (values, out) => out.set(values));
    expect(error).toBeLessThan(1e-28);
    expect(relativeDifference(weights, rounded)).toBeLessThan(1e-15);
  });

  it('refuses an order with another number of rows', () => {
    const order = roundingOrder(momentsOf(momentInputs(8, 5), 5));
    expect(() => roundCompensated(normalMatrix(6, 4), order, () => {})).toThrow(
      'roundCompensated: expected an order of 6 rows, got 5.',
    );
  });
});

it('momentsWeakness reports few inputs and inputs that are always 0', () => {
  expect(momentsWeakness(momentsOf(momentInputs(4, 4), 4))).toBeUndefined();
  expect(momentsWeakness(momentsOf(momentInputs(10, 20), 20))).toBe(
    'the input moments were damped, because they come from 10 inputs for 20 rows and 2 of 20 rows have inputs that are always 0',
  );
});
