// Moments of few inputs, shrunk towards independent inputs.
import type { InputMoments } from '@gcompress/core';
import fc from 'fast-check';
import { expect, it } from 'vitest';
import { shrunkMoments } from '../src/index.ts';
import { normalMatrix } from './helpers.ts';

/** The moments of inputs `[count, size]`, row-major. */
function momentsOf(inputs: Float64Array, size: number): InputMoments {
  const count = inputs.length / size;
  const values = new Float64Array(size * size);
  for (let row = 0; row < count; row++) {
    for (let i = 0; i < size; i++) {
      for (let j = 0; j < size; j++) values[i * size + j] += inputs[row * size + i] * inputs[row * size + j];
    }
  }
  return { size, count, values };
}

/** Inputs that share a direction, so that they are far from independent. */
function alike(count: number, size: number, seed: number): Float64Array {
  const own = Float64Array.from(normalMatrix(count, size, seed).data);
  const shared = normalMatrix(count, 1, seed + 1).data;
  return own.map((value, at) => 0.3 * value + shared[Math.floor(at / size)] + (at % size) / size);
}

const trace = ({ size, values }: InputMoments) =>
  Array.from({ length: size }, (_, i) => values[i * (size + 1)]).reduce((sum, value) => sum + value, 0);

it('gives the numbers of numpy for twelve inputs of four values', () => {
  const sines = Float64Array.from({ length: 48 }, (_, at) => {
    const [i, j] = [Math.floor(at / 4), at % 4];
    return Math.sin(1 + 3 * i + j * j * (i + 1)) + (j < 2 ? 1.5 : 0);
  });
  const { values } = shrunkMoments(momentsOf(sines, 4));
  const first = [28.983124095307154, 22.62352505489697, -1.5721926408458156, -0.9190537139105546];
  const last = [-0.9190537139105546, -0.960861179645386, 3.5949946458253157, 9.363548414769298];
  for (let j = 0; j < 4; j++) {
    expect(values[j]).toBeCloseTo(first[j], 10);
    expect(values[12 + j]).toBeCloseTo(last[j], 10);
  }
});

it('keeps the trace and the given object, and shrinks the rest by one factor', () => {
  const sizes = fc.tuple(fc.integer({ min: 2, max: 20 }), fc.integer({ min: 1, max: 60 }), fc.nat(99));
  const property = fc.property(sizes, ([size, count, seed]) => {
    const given = momentsOf(alike(count, size, seed), size);
    const copy = given.values.slice();
    const shrunk = shrunkMoments(given);
    expect(given.values).toEqual(copy);
    expect(trace(shrunk) / trace(given)).toBeCloseTo(1, 12);
    const factor = shrunk.values[1] / given.values[1];
    expect(factor).toBeGreaterThanOrEqual(0);
    expect(factor).toBeLessThanOrEqual(1);
    for (let i = 0; i < size; i++) {
      for (let j = 0; j < size; j++) {
        if (i !== j) expect(shrunk.values[i * size + j]).toBeCloseTo(factor * given.values[i * size + j], 9);
      }
    }
  });
  fc.assert(property, { numRuns: 100, seed: 1 });
});

it('is nearer to the moments of many inputs, for few inputs, and leaves moments of many inputs alone', () => {
  const size = 24;
  const many = momentsOf(alike(20_000, size, 7), size);
  const distance = ({ count, values }: InputMoments) =>
    Math.hypot(...values.map((value, at) => value / count - many.values[at] / many.count));
  let [before, after] = [0, 0];
  for (let seed = 10; seed < 30; seed++) {
    const few = momentsOf(alike(8, size, seed), size);
    before += distance(few);
    after += distance(shrunkMoments(few));
  }
  expect(after).toBeLessThan(0.98 * before);
  expect(shrunkMoments(many)).toBe(many);
});

it('takes moments of one input, of one row and of extreme size, and refuses anything else', () => {
  const extreme = (scale: number) => ({ size: 2, count: 3, values: Float64Array.of(scale, 0, 0, scale / 4) });
  for (const scale of [1e-300, 1e300]) {
    const { values } = shrunkMoments(extreme(scale));
    expect((values[0] + values[3]) / scale).toBeCloseTo(1.25, 12);
  }
  expect([...shrunkMoments({ size: 1, count: 1, values: Float64Array.of(4) }).values]).toEqual([4]);
  expect(() => shrunkMoments({ size: 2 } as never)).toThrow(expect.objectContaining({ code: 'invalid-option' }));
});
