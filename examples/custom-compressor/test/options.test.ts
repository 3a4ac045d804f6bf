import { isGCompressError } from '@gcompress/core';
import { normalMatrix } from '@gcompress/testkit';
import { expect, it } from 'vitest';
import { type KroneckerOptions, kronecker } from '../src/index.ts';

const code = (expected: string) => expect.toSatisfy((error) => isGCompressError(error, expected));

it.each<[object, string]>([
  [{ terms: 0 }, 'invalid-option'],
  [{ terms: 1.5 }, 'invalid-option'],
  [{ block: [0, 2] }, 'invalid-matrix'],
  [{ block: [2] }, 'invalid-matrix'],
  [{ seed: -1 }, 'invalid-option'],
  [{ rank: 2 }, 'unknown-option'],
])('refuses %j', (options, expected) => {
  expect(() => kronecker(options)).toThrow(code(expected));
});

it.each<[KroneckerOptions, string]>([
  [{ block: [5, 4] }, 'invalid-option'],
  [{ terms: 10 }, 'not-smaller'],
  [{ block: [1, 1] }, 'not-smaller'],
])('refuses %j for a matrix [24, 16]', (options, expected) => {
  expect(() => kronecker(options).plan([24, 16])).toThrow(code(expected));
  expect(() => kronecker(options).compress(normalMatrix([24, 16]))).toThrow(code(expected));
});

it('divides each side near its root', () => {
  const { left, right } = kronecker({ terms: 2 }).plan([784, 300]).factors;
  expect([left.shape, right.shape]).toEqual([
    [2, 28, 20],
    [2, 28, 15],
  ]);
});
