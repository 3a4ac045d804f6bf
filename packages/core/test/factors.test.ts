import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { padFactor } from '../src/hosts.ts';
import { elementCount, floatFactor, indexFactor, isGCompressError } from '../src/index.ts';

const contract = expect.toSatisfy((error) => isGCompressError(error, 'contract'));

describe('factors', () => {
  it('hold shape, dtype and data, and say whether they train', () => {
    const data = Float32Array.of(1, 2);
    expect(floatFactor([2], data)).toEqual({ shape: [2], dtype: 'float32', trainable: true, data });
    expect(floatFactor([2], data, false).trainable).toBe(false);
    expect(floatFactor([], Float32Array.of(7)).data[0]).toBe(7);
    expect(indexFactor([1, 2], Int32Array.of(1, 2))).toMatchObject({ dtype: 'int32', trainable: false });
  });

  it('are refused when their data does not fill the shape', () => {
    expect(() => floatFactor([2, 2], new Float32Array(3))).toThrow(contract);
    expect(() => indexFactor([2], new Int32Array(3))).toThrow(
      'factor: expected int32 data for shape [2], got 3 values',
    );
  });
});

it('elementCount multiplies the sides', () => {
  expect([elementCount([]), elementCount([3]), elementCount([2, 3, 4]), elementCount([2, 0])]).toEqual([1, 3, 24, 0]);
});

describe('padFactor', () => {
  it('puts zeros at the end of each axis', () => {
    const padded = padFactor(floatFactor([2, 2], Float32Array.of(1, 2, 3, 4), false), [3, 4]);
    expect(padded).toEqual({
      shape: [3, 4],
      dtype: 'float32',
      trainable: false,
      data: Float32Array.of(1, 2, 0, 0, 3, 4, 0, 0, 0, 0, 0, 0),
    });
  });

  it('keeps every value at its place, whatever the rank', () => {
    const sizes = fc.array(fc.tuple(fc.nat(4), fc.nat(3)), { maxLength: 4 });
    fc.assert(
      fc.property(sizes, fc.boolean(), (pairs, isInteger) => {
        const shape = pairs.map(([side]) => side);
        const larger = pairs.map(([side, more]) => side + more);
        const values = Array.from({ length: elementCount(shape) }, (_, i) => i + 1);
        const factor = isInteger
          ? indexFactor(shape, Int32Array.from(values))
          : floatFactor(shape, Float32Array.from(values));
        const padded = padFactor(factor, larger);

        expect(padded.shape).toEqual(larger);
        expect(padded.data.constructor).toBe(factor.data.constructor);
        const expected = Array.from({ length: elementCount(larger) }, (_, flat) => {
          const at = unflatten(flat, larger);
          return at.every((index, axis) => index < shape[axis]) ? values[flatten(at, shape)] : 0;
        });
        expect([...padded.data]).toEqual(expected);
        expect([...factor.data]).toEqual(values);
      }),
    );
  });

  it('returns a factor that has the size already', () => {
    const factor = floatFactor([2], Float32Array.of(1, 2));
    expect(padFactor(factor, [2])).toBe(factor);
  });

  it.each([[[1]], [[2, 1]], [[]]])('refuses %j for a factor of shape [2]', (shape) => {
    expect(() => padFactor(floatFactor([2], Float32Array.of(1, 2)), shape)).toThrow(contract);
  });
});

function flatten(at: readonly number[], shape: readonly number[]): number {
  return at.reduce((flat, index, axis) => flat * shape[axis] + index, 0);
}

function unflatten(flat: number, shape: readonly number[]): number[] {
  const at: number[] = [];
  let rest = flat;
  for (const side of [...shape].reverse()) {
    at.unshift(rest % side);
    rest = Math.floor(rest / side);
  }
  return at;
}
