// Matrix products, compared with their definition.
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import {
  block,
  type Dense,
  gram,
  multiply,
  multiplyTransposed,
  portableKernels,
  transposed,
  viewOf,
} from '../src/index.ts';
import { normalMatrix, relativeDifference } from './helpers.ts';

function naive(a: Dense, b: Dense): Dense<Float64Array> {
  const [m, k] = a.shape;
  const n = b.shape[1];
  const data = new Float64Array(m * n);
  for (let i = 0; i < m; i++) {
    for (let j = 0; j < n; j++) {
      for (let p = 0; p < k; p++) data[i * n + j] += a.data[i * k + p] * b.data[p * n + j];
    }
  }
  return { shape: [m, n], data };
}

function transpose(a: Dense): Dense<Float64Array> {
  const [m, n] = a.shape;
  const data = Float64Array.from({ length: m * n }, (_, at) => a.data[(at % m) * n + Math.floor(at / m)]);
  return { shape: [n, m], data };
}

const side = fc.integer({ min: 1, max: 24 });

describe('products', () => {
  it('agree with the definition for any shape', () => {
    fc.assert(
      fc.property(side, side, side, fc.nat(1000), (m, k, n, seed) => {
        const a = normalMatrix(m, k, seed);
        const b = normalMatrix(k, n, seed + 1);
        const expected = naive(a, b);
        expect(relativeDifference(expected, multiply(a, b))).toBeLessThan(1e-14);
        expect(relativeDifference(expected, multiplyTransposed(transpose(a), b))).toBeLessThan(1e-14);
      }),
    );
  });

  it('sum over more terms than a strip holds', () => {
    const a = normalMatrix(7, 1000, 1);
    const b = normalMatrix(1000, 9, 2);
    expect(relativeDifference(naive(a, b), multiply(a, b))).toBeLessThan(1e-13);
    expect(relativeDifference(naive(transpose(b), b), gram(b))).toBeLessThan(1e-13);
  });

  it('give a Gram matrix that is symmetric to the last bit', () => {
    const { data } = gram(normalMatrix(50, 31));
    for (let i = 0; i < 31; i++) for (let j = 0; j < i; j++) expect(data[i * 31 + j]).toBe(data[j * 31 + i]);
  });

  it('mix float32 and float64', () => {
    const a = normalMatrix(5, 6);
    const b: Dense = { shape: [6, 4], data: new Float64Array(24).fill(1 / 3) };
    expect(relativeDifference(naive(a, b), multiply(a, b))).toBeLessThan(1e-14);
  });

  it('read and write blocks of larger matrices, and accumulate', () => {
    const a = viewOf(normalMatrix(20, 20, 3));
    const b = viewOf(normalMatrix(20, 20, 4));
    const target = new Float64Array(100).fill(7);
    const into = transposed(block(viewOf({ shape: [10, 10], data: target }), 2, 3, 4, 5));
    const left = block(a, 1, 2, 5, 11);
    const right = transposed(block(b, 6, 3, 4, 11));
    portableKernels.multiply(left, right, into);
    portableKernels.multiply(left, right, into, true);
    for (let i = 0; i < 10; i++) {
      for (let j = 0; j < 10; j++) {
        let expected = 0;
        for (let p = 0; p < 11; p++)
          expected += 2 * a.data[(j - 3 + 1) * 20 + 2 + p] * b.data[(i - 2 + 6) * 20 + 3 + p];
        const inside = i >= 2 && i < 6 && j >= 3 && j < 8;
        expect(target[i * 10 + j]).toBeCloseTo(inside ? expected : 7, 12);
      }
    }
  });

  it('refuse shapes that do not fit', () => {
    const a = normalMatrix(3, 4);
    expect(() => multiply(a, a)).toThrow('multiply: expected a second matrix with 4 rows, got 3.');
    expect(() => multiplyTransposed(a, normalMatrix(4, 3))).toThrow('expected a second matrix with 3 rows, got 4.');
    expect(() => gram({ shape: [2, 2], data: new Float32Array(3) })).toThrow(
      'gram: expected 2 × 2 = 4 values, got 3 values.',
    );
    expect(() => gram({ shape: [0, 2], data: new Float32Array(0) })).toThrow('two positive integers');
  });
});
