// Interpolated error curves, sizes worth measuring, and expected answers that change.
import { createRandom } from '@gcompress/core';
import { testRuns } from '@gcompress/fixtures/test-runs';
import * as fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import {
  createPlan,
  errorResponse,
  expectedDisagreement,
  growths,
  interpolatedError,
  type PlanMatrix,
  refinements,
} from '../src/index.ts';
import { form, matrices } from './problems.ts';

describe('an interpolated error', () => {
  const exponential = (bits: number) => ({ size: bits, error: 4 ** -bits });

  it('is exact for an error that falls by a factor for each bit, and within its deviation otherwise', () => {
    const points = [1, 2, 4, 6].map(exponential);
    for (const bits of [1.5, 3, 5]) expect(interpolatedError(points, bits).error).toBeCloseTo(4 ** -bits, 12);
    // A curve that falls more slowly
    const hyperbola = (size: number) => ({ size, error: 1 / size });
    for (const size of [1.5, 3, 5, 7]) {
      const { error, deviation } = interpolatedError([1, 2, 4, 6, 8].map(hyperbola), size);
      expect(Math.abs(error - 1 / size)).toBeLessThanOrEqual(Math.sqrt(12) * deviation);
      expect(deviation).toBeLessThan(0.1 * error);
    }
  });

  it('is what was measured at a measured size, and never beyond the measured errors', () => {
    const property = fc.property(
      fc.array(
        fc.record({ size: fc.integer({ min: 1, max: 50 }), error: fc.double({ min: 0, max: 1, noNaN: true }) }),
        {
          minLength: 1,
          maxLength: 6,
        },
      ),
      fc.integer({ min: 1, max: 60 }),
      (points, size) => {
        const { error, deviation } = interpolatedError(points, size);
        expect(error).toBeLessThanOrEqual(Math.max(...points.map((point) => point.error)) + 1e-12);
        expect(error).toBeGreaterThanOrEqual(Math.min(...points.map((point) => point.error)) - 1e-12);
        expect(deviation).toBeGreaterThanOrEqual(0);
        const same = points.filter((point) => point.size === size).map((point) => point.error);
        if (same.length > 0) expect({ error, deviation }).toEqual({ error: Math.min(...same), deviation: 0 });
      },
    );
    fc.assert(property, { numRuns: testRuns(300), seed: 7 });
  });

  it.each([
    [[], 1, 'a measured point'],
    [[{ size: 0, error: 1 }], 1, 'size'],
    [[{ size: 1, error: -1 }], 1, 'error'],
    [[{ size: 1, error: 1 }], 0, 'size'],
  ])('refuses %j at %d', (points, size, message) => {
    expect(() => interpolatedError(points, size)).toThrow(message);
  });
});

describe('sizes worth measuring', () => {
  const dense = form(100, 0, { method: 'none' });
  const all: PlanMatrix[] = [
    { name: 'a', dense, candidates: [form(4, 0.6), form(16, 0.2), form(64, 0.05)] },
    { name: 'b', dense, candidates: [form(4, 0.1)] },
  ];

  it('lie between the chosen form and its neighbours, where these are far apart', () => {
    const plan = createPlan(all, { limits: { packed: 20 } });
    expect(refinements(all, plan, 1).map(({ index, size }) => [index, size])).toEqual([
      [0, 8],
      [0, 32],
      [1, 20],
    ]);
    expect(refinements(all, plan, 20).map(({ index, size }) => [index, size])).toEqual([
      [0, 32],
      [1, 20],
    ]);
  });

  it('are found for any plan, and growths are sorted by their gain', () => {
    const property = fc.property(matrices, (problem) => {
      const plan = createPlan(problem, { limits: { packed: 1e6 } });
      for (const { from, to, size } of refinements(problem, plan, 2)) {
        expect(size).toBeGreaterThanOrEqual(from.sizes.packed ?? 0);
        expect(size).toBeLessThanOrEqual(to.sizes.packed ?? 0);
      }
      // The plan of the least error has nothing to gain
      expect(growths(problem, plan)).toEqual([]);
    });
    fc.assert(property, { numRuns: testRuns(200), seed: 8 });
    const smallest = createPlan(all, { limits: { packed: 8 } });
    expect(growths(all, smallest)).toEqual([
      { index: 0, gain: 0.4 / 12 },
      { index: 1, gain: 0.1 / 96 },
    ]);
  });

  it('refuses a plan of other matrices', () => {
    const plan = createPlan(all, { limits: { packed: 50 } });
    expect(() => refinements([...all].reverse(), plan, 1)).toThrow('refinements point: expected a choice for each');
  });
});

describe('the expected disagreement', () => {
  const random = createRandom(5);
  const classes = 6;
  const outputs = Float64Array.from({ length: 4000 * classes }, () => random.normal());

  it.each([1e-4, 1e-3, 1e-2])('is what noise of the squared relative error %d changes', (error) => {
    const spread = Math.sqrt((error * outputs.reduce((sum, value) => sum + value ** 2, 0)) / outputs.length);
    const noisy = outputs.map((value) => value + spread * random.normal());
    const largest = (values: Float64Array, example: number) => {
      const row = values.subarray(example * classes, (example + 1) * classes);
      return row.indexOf(Math.max(...row));
    };
    let changed = 0;
    for (let example = 0; example < 4000; example++) {
      if (largest(outputs, example) !== largest(noisy, example)) changed++;
    }
    const expected = expectedDisagreement(outputs, classes, error);
    // Three standard deviations of the count, and the part that other classes than the second take
    expect(Math.abs(changed / 4000 - expected)).toBeLessThan(3 * Math.sqrt(expected / 4000) + 0.15 * expected);
  });

  it('is 0 without an error, and refuses outputs of other sizes', () => {
    expect(expectedDisagreement(outputs, classes, 0)).toBe(0);
    expect(() => expectedDisagreement(outputs, 7, 0)).toThrow('7 classes');
    expect(() => expectedDisagreement([Number.NaN, 1], 2, 0.1)).toThrow('outputs');
  });
});

describe('the response of a model', () => {
  const positive = fc.double({ min: 1e-6, max: 10, noNaN: true });

  it('goes through rising measurements, never falls, and is inverted', () => {
    const property = fc.property(
      fc.array(fc.record({ expected: positive, measured: positive }), { maxLength: 6 }),
      positive,
      positive,
      (measurements, a, b) => {
        const { expect: response, invert } = errorResponse(measurements);
        const [low, high] = [Math.min(a, b), Math.max(a, b)];
        expect(response(low)).toBeLessThanOrEqual(response(high) * (1 + 1e-9));
        // Not the error itself, because measurements that are nearly equal come from errors far apart
        expect(response(invert(response(a))) / response(a)).toBeCloseTo(1, 6);
        const sorted = [...measurements].sort((x, y) => x.expected - y.expected || x.measured - y.measured);
        const isRising = sorted.every(
          ({ expected, measured }, i) =>
            i === 0 || (expected > sorted[i - 1].expected && measured > sorted[i - 1].measured),
        );
        if (!isRising) return;
        for (const { expected, measured } of sorted) expect(response(expected) / measured).toBeCloseTo(1, 9);
      },
    );
    fc.assert(property, { numRuns: testRuns(300), seed: 10 });
  });

  it('keeps powers, and sums where nothing was measured', () => {
    const measurements = [0.01, 0.1, 1].map((expected) => ({ expected, measured: 3 * expected ** 1.5 }));
    expect(errorResponse(measurements).expect(0.03)).toBeCloseTo(3 * 0.03 ** 1.5, 12);
    expect(errorResponse(measurements).expect(2)).toBeCloseTo(6, 12);
    expect(errorResponse([]).expect(0.3)).toBe(0.3);
    expect(() => errorResponse([{ expected: 0, measured: 1 }])).toThrow('errorResponse expected');
  });
});
