import { describe, expect, it } from 'vitest';
import { assertClose, ConformanceError } from '../src/index.ts';

describe('assertClose', () => {
  it('accepts numbers within the bounds', () => {
    assertClose([1, 2, 3], Float32Array.of(1, 2, 3));
    assertClose([1.009, -1.99], [1, -2], { relative: 0.01 });
    assertClose([0.001], [0], { absolute: 0.001 });
    assertClose([100.3], [100], { relative: 0.002, absolute: 0.1 });
    assertClose([Number.NaN, Number.POSITIVE_INFINITY, 0], [Number.NaN, Number.POSITIVE_INFINITY, -0]);
    assertClose([], []);
  });

  it.each<[what: string, actual: number[], expected: number[]]>([
    ['a value outside', [1.02], [1]],
    ['NaN for a number', [Number.NaN], [1]],
    ['a number for NaN', [1], [Number.NaN]],
    ['an infinity for a number', [Number.POSITIVE_INFINITY], [1]],
    ['the other infinity', [Number.NEGATIVE_INFINITY], [Number.POSITIVE_INFINITY]],
    ['one more value', [1, 1], [1]],
    ['no values', [], [1]],
  ])('refuses %s', (_, actual, expected) => {
    expect(() => assertClose(actual, expected, { relative: 0.01 })).toThrow(ConformanceError);
  });

  it('names the entry that is furthest outside its bound', () => {
    expect(() => assertClose([1, 2.5, 14], [1, 2, 10], { relative: 0.1, label: 'factor' })).toThrow(
      'factor: entry 2 is 14, expected 10; they differ by 4, 1 is allowed (2 of 3 entries outside)',
    );
    expect(() => assertClose([1.5, 10.6], [1, 10])).toThrow('entry 0');
  });
});
