// Round trips of integer streams, whole and in slices, at the predicted length.
import fc from 'fast-check';
import { expect, it } from 'vitest';
import { createIntegerDecoder, decodeIntegers } from '../src/decode.ts';
import { codedBits, encodeIntegers, roundForRate } from '../src/index.ts';

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

it('streams decode to the same values, whole and in slices', () => {
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

it('streams take the number of bits that codedBits predicts', () => {
  fc.assert(
    fc.property(integers, ([shape, list]) => {
      const values = Int32Array.from(list);
      const bits = encodeIntegers(values, shape).length * 8;
      expect(Math.abs(codedBits(values, shape) - bits)).toBeLessThanOrEqual(Math.max(16, bits * 0.005));
    }),
    { numRuns: 60 },
  );
});

it('streams never take more than packed bits and their header', () => {
  fc.assert(
    fc.property(integers, ([shape, list]) => {
      const width = 32 - Math.clz32(Math.max(...list) - Math.min(...list));
      const length = encodeIntegers(Int32Array.from(list), shape).length;
      expect(length).toBeLessThanOrEqual(6 + Math.ceil((list.length * width) / 8));
    }),
    { numRuns: 40 },
  );
});

const weights = fc
  .tuple(fc.integer({ min: 1, max: 24 }), fc.integer({ min: 1, max: 24 }))
  .chain(([rows, columns]) =>
    fc.tuple(
      fc.constant([rows, columns] as const),
      fc.array(fc.float({ min: -40, max: 40, noNaN: true }), { minLength: rows * columns, maxLength: rows * columns }),
    ),
  )
  .map(([shape, list]) => ({ shape, values: Float32Array.from(list), weights: Float32Array.of(1) }));

it('values chosen by a trellis are coded with its states and read back', () => {
  fc.assert(
    fc.property(
      weights,
      fc.constantFrom(4 as const, 8 as const),
      fc.constantFrom(0, 0.2, 2),
      (scaled, states, bitCost) => {
        const { values, bits } = roundForRate(scaled, { states, bitCost });
        const bytes = encodeIntegers(values, scaled.shape, states);
        expect(decodeIntegers(bytes, scaled.shape)).toEqual(values);
        expect(bytes[0] === 0 || bytes[0] === (states === 4 ? 2 : 3)).toBe(true);
        if (bytes[0] !== 0) expect(Math.abs(8 * bytes.length - bits)).toBeLessThanOrEqual(Math.max(56, bits * 0.005));
        values.forEach((value, at) => {
          // Multiples of one quantiser are two steps apart
          if (bitCost === 0) expect(Math.abs(value - scaled.values[at])).toBeLessThanOrEqual(2);
        });
      },
    ),
    { numRuns: 60 },
  );
});

it('rounding is to the nearest at no cost of bits, and a larger cost hardly ever takes more bits', () => {
  fc.assert(
    fc.property(weights, (scaled) => {
      const nearest = roundForRate(scaled, { states: 0, bitCost: 0 });
      nearest.values.forEach((value, at) => {
        expect(Math.abs(value - scaled.values[at])).toBeLessThanOrEqual(0.5);
      });
      const thrifty = roundForRate(scaled, { states: 0, bitCost: 4 });
      // Rounding is greedy: saving bits on one entry can cost later entries a little through the adapted probabilities
      expect(thrifty.bits).toBeLessThanOrEqual(1.05 * nearest.bits + 2);
    }),
    { numRuns: 60 },
  );
});

it('values that a trellis cannot reach are coded without a trellis', () => {
  const values = Int32Array.of(1, 0, 0, 0);
  expect(decodeIntegers(encodeIntegers(values, [2, 2], 4), [2, 2])).toEqual(values);
});

it('the bytes of streams do not change between releases', () => {
  const sparse = Int32Array.from({ length: 200 }, (_, i) => (i % 13 === 2 ? (i % 2 ? -1 : 3) : 0));
  const scaled = {
    shape: [20, 10] as const,
    values: Float32Array.from(sparse, (v) => v * 1.3),
    weights: Float32Array.of(1),
  };
  const path = roundForRate(scaled, { states: 8, bitCost: 0.2 }).values;
  expect(
    [encodeIntegers(sparse, [20, 10]), encodeIntegers(path, [20, 10], 8)].map((b) => Array.from(b).join(' ')),
  ).toMatchInlineSnapshot(`
    [
      "1 172 92 70 142 223 43 74 6 209 218 189 216 170 107 110 120 220 25 189 218 32 32",
      "3 173 124 70 129 132 238 191 131 254 85 64 152 105 201 21 140 112 18 98 93 127 15 0",
    ]
  `);
});
