// Streams of every kind come back, whole and in slices, at the length that was foretold.
import fc from 'fast-check';
import { expect, it } from 'vitest';
import { createIntegerDecoder, decodeIntegers } from '../src/decode.ts';
import { codedBits, encodeIntegers } from '../src/index.ts';

const int32 = fc.integer({ min: -(2 ** 31), max: 2 ** 31 - 1 });
const kinds = fc.constantFrom(
  int32,
  fc.integer({ min: 0, max: 15 }),
  fc.constant(0),
  fc.oneof({ weight: 20, arbitrary: fc.constant(0) }, { weight: 1, arbitrary: fc.integer({ min: -4, max: 4 }) }),
  fc.oneof({ weight: 20, arbitrary: fc.constant(0) }, { weight: 1, arbitrary: int32 }),
  fc.constantFrom(-(2 ** 31), 2 ** 31 - 1, 0),
);
const integers = fc
  .tuple(fc.integer({ min: 1, max: 40 }), fc.integer({ min: 1, max: 40 }), kinds)
  .chain(([rows, columns, kind]) =>
    fc.tuple(
      fc.constant([rows, columns] as const),
      fc.array(kind, { minLength: rows * columns, maxLength: rows * columns }),
    ),
  );

it('come back whole and in slices', () => {
  fc.assert(
    fc.property(integers, fc.integer({ min: 1, max: 9 }), ([shape, list], step) => {
      const values = Int32Array.from(list);
      const bytes = encodeIntegers(values, shape);
      expect(decodeIntegers(bytes, shape)).toEqual(values);
      const decoder = createIntegerDecoder(bytes, shape);
      const slices: number[] = [];
      for (let row = 0; row < shape[0]; row += step) slices.push(...decoder.rows(Math.min(step, shape[0] - row)));
      expect(Int32Array.from(slices)).toEqual(values);
    }),
    { numRuns: 60 },
  );
});

it('take the bits that were foretold', () => {
  fc.assert(
    fc.property(integers, ([shape, list]) => {
      const values = Int32Array.from(list);
      const bits = encodeIntegers(values, shape).length * 8;
      expect(Math.abs(codedBits(values, shape) - bits)).toBeLessThanOrEqual(Math.max(16, bits * 0.005));
    }),
    { numRuns: 60 },
  );
});

it('never take more than packed bits and their header', () => {
  fc.assert(
    fc.property(integers, ([shape, list]) => {
      const width = 32 - Math.clz32(Math.max(...list) - Math.min(...list));
      const length = encodeIntegers(Int32Array.from(list), shape).length;
      expect(length).toBeLessThanOrEqual(6 + Math.ceil((list.length * width) / 8));
    }),
    { numRuns: 40 },
  );
});
