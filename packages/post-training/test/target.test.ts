// The target of a weight, beside the normal equations of the least-squares problem that it solves.
import type { InputPairs, PairMoments } from '@gcompress/calibration';
import { createRandom, matrix } from '@gcompress/core';
import { multiply, multiplyTransposed } from '@gcompress/linalg';
import fc from 'fast-check';
import { expect, it } from 'vitest';
import { targetOf } from '../src/sequential/target.ts';

interface Case {
  readonly seed: number;
  readonly rows: number;
  readonly size: number;
  readonly columns: number;
}

const cases = fc.record({
  seed: fc.nat(1e6),
  rows: fc.integer({ min: 2, max: 30 }),
  size: fc.integer({ min: 1, max: 12 }),
  columns: fc.integer({ min: 1, max: 5 }),
});

/** Inputs X of the original, X̂ of a changed model, and a weight. */
function problem({ seed, rows, size, columns }: Case, centred: boolean) {
  const random = createRandom(seed);
  const normal = (height: number, width: number, shift = 0) => ({
    shape: [height, width] as const,
    data: Float64Array.from({ length: height * width }, () => random.normal() + shift),
  });
  const changed = normal(rows, size, 1);
  const original = { ...changed, data: changed.data.map((value) => value + 0.3 * random.normal() + 0.1) };
  const w = matrix([size, columns], Float32Array.from(normal(size, columns).data));
  const difference = { ...changed, data: original.data.map((value, at) => value - changed.data[at]) };
  const squares = (values: Float64Array) => values.reduce((sum, value) => sum + value * value, 0);
  const sums = (of: typeof changed) =>
    Float64Array.from({ length: size }, (_, i) =>
      of.data.reduce((sum, value, at) => (at % size === i ? sum + value : sum), 0),
    );
  const pairs: InputPairs = {
    count: rows,
    inputs: sums(changed),
    differences: sums(difference),
    moments: {
      inputs: { size, count: rows, values: multiplyTransposed(changed, changed).data },
      products: multiplyTransposed(changed, difference).data,
      outputs: squares(multiply(original, w).data),
      shifts: squares(multiply(difference, w).data),
    },
  };
  const middle = (of: typeof changed) => {
    const means = sums(of).map((sum) => sum / rows);
    return centred ? { ...of, data: of.data.map((value, at) => value - means[at % size]) } : of;
  };
  return { w, pairs, x: middle(original), seen: middle(changed), whole: original };
}

it.each([false, true])('solves the damped normal equations, centred: %s', (centred) => {
  fc.assert(
    fc.property(cases, (given) => {
      const { w, pairs, x, seen } = problem(given, centred);
      const target = targetOf(w, pairs, centred, undefined, {});
      if (!target) throw new Error('no target');
      const outputs = multiply(x, w).data;
      const left = multiply(seen, target.matrix).data.map((value, at) => outputs[at] - value);
      const gradient = multiplyTransposed(seen, { shape: [given.rows, given.columns], data: left }).data;
      const size = given.size;
      const mean = target.moments.values.reduce(
        (sum, value, at) => (at % (size + 1) === 0 ? sum + value / size : sum),
        0,
      );
      // X̂ᵀ(XW − X̂W′) = λ(W′ − W), with λ 1 % of the mean square
      for (const [at, value] of gradient.entries()) {
        expect(Math.abs(value - 0.01 * mean * (target.matrix.data[at] - w.data[at]))).toBeLessThan(1e-4 * (1 + mean));
      }
    }),
  );
});

it('measures the error of outputs as the inputs themselves do', () => {
  fc.assert(
    fc.property(cases, fc.boolean(), (given, centred) => {
      const { w, pairs, x, seen, whole } = problem(given, centred);
      const small = matrix(
        w.shape,
        w.data.map((value) => Math.round(2 * value) / 2),
      );
      const norm = (values: Float64Array) => Math.sqrt(values.reduce((sum, value) => sum + value * value, 0));
      const outputs = multiply(x, w).data;
      const error = multiply(seen, small).data.map((value, at) => outputs[at] - value);
      const target = targetOf(w, pairs, centred, undefined, {});
      expect(target?.outputError(small)).toBeCloseTo(norm(error) / norm(multiply(whole, w).data), 6);
    }),
  );
});

it('is the weight itself where both models have the same inputs', () => {
  const { w, pairs } = problem({ seed: 1, rows: 20, size: 6, columns: 3 }, false);
  const none = { ...pairs, differences: new Float64Array(6) };
  const still = { ...(pairs.moments as PairMoments), products: new Float64Array(36), shifts: 0 };
  expect(targetOf(w, { ...none, moments: still }, false, undefined, {})?.matrix).toEqual(w);
});
