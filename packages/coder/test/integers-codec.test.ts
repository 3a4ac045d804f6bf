// Streams of integers without entropy coding: packed bits and back, bit for bit, and streams that another writer made.
import { createRandom, isGCompressError, type Shape2D } from '@gcompress/core';
import fc from 'fast-check';
import { expect, it } from 'vitest';
import { decodeIntegers } from '../src/decode.ts';
import { packIntegers } from '../src/encode.ts';
import { encodeIntegers, packedIntegers, roundForRate, type TrellisStates } from '../src/index.ts';
import { codeLevel } from '../src/levels/level-model.ts';
import { WalkingLevelModel } from '../src/levels/walking-level-model.ts';
import { RangeEncoder } from '../src/range/range-encoder.ts';

const matrices = fc.record({
  rows: fc.integer({ min: 1, max: 30 }),
  columns: fc.integer({ min: 1, max: 30 }),
  spread: fc.constantFrom(0, 0.3, 1, 4, 300, 2 ** 31 - 1),
  states: fc.constantFrom<TrellisStates>(0, 4, 8),
  seed: fc.nat(),
});

function integersOf({
  rows,
  columns,
  spread,
  states,
  seed,
}: typeof matrices extends fc.Arbitrary<infer T> ? T : never) {
  const shape: Shape2D = [rows, columns];
  const random = createRandom(seed);
  if (states === 0 || spread > 300) {
    const integers = Int32Array.from({ length: rows * columns }, () => Math.round(spread * (2 * random.uniform() - 1)));
    return { shape, integers };
  }
  const values = Float32Array.from({ length: rows * columns }, () => spread * random.normal());
  const scaled = { shape, values, weights: Float32Array.of(1) };
  return { shape, integers: roundForRate(scaled, { states, bitCost: 0.05 }).values };
}

it('packed bits have the same integers, and encode to the same stream again', () => {
  const codecs = new Set<number>();
  fc.assert(
    fc.property(matrices, (matrix) => {
      const { shape, integers } = integersOf(matrix);
      const stream = encodeIntegers(integers, shape, matrix.states);
      codecs.add(stream[0]);
      const packed = packedIntegers(stream, shape, matrix.states) as Uint8Array;
      expect(packed[0]).toBe(0);
      if (stream[0] === 0) expect(packed).toBe(stream);
      expect(decodeIntegers(packed, shape)).toEqual(integers);
      expect(encodeIntegers(decodeIntegers(packed, shape), shape, matrix.states)).toEqual(stream);
    }),
    { numRuns: 300, seed: 1 },
  );
  expect([...codecs].sort()).toEqual([0, 1, 2, 3]);
});

it('a stream that encodeIntegers would not write is left as it is', () => {
  const shape: Shape2D = [20, 20];
  const sparse = Int32Array.from({ length: 400 }, (_, at) => (at % 40 === 0 ? 1 : 0));
  // Packed bits where the coder takes fewer bytes
  expect(packedIntegers(packIntegers(sparse), shape)).toBeUndefined();
  // Context coding where packed bits take fewer
  const model = new WalkingLevelModel(20);
  const encoder = new RangeEncoder(model);
  const random = createRandom(2);
  const even = Int32Array.from({ length: 400 }, () => random.integer(16));
  for (const value of even) {
    codeLevel(encoder, 0, model.bucket(), model.neighbours, value);
    model.observe(value);
  }
  const coded = Uint8Array.of(1, ...encoder.finish());
  expect(decodeIntegers(coded, shape)).toEqual(even);
  expect(packedIntegers(coded, shape)).toBeUndefined();
  // A trellis that the host does not know of
  const stream = encodeIntegers(
    Int32Array.from(sparse, (level) => 2 * level),
    shape,
    4,
  );
  expect(stream[0]).not.toBe(1);
  expect(packedIntegers(stream, shape, 0)).toBeUndefined();
});

it('a damaged stream is refused, or gives packed bits from which it comes back', () => {
  const shape: Shape2D = [12, 9];
  const random = createRandom(4);
  const integers = Int32Array.from({ length: 108 }, () => Math.round(random.normal()));
  const stream = encodeIntegers(integers, shape, 0);
  let restored = 0;
  fc.assert(
    fc.property(fc.nat(stream.length - 1), fc.nat(255), (at, byte) => {
      const damaged = stream.slice();
      damaged[at] = byte;
      try {
        const packed = packedIntegers(damaged, shape);
        if (!packed) return;
        restored++;
        expect(encodeIntegers(decodeIntegers(packed, shape), shape)).toEqual(damaged);
      } catch (error) {
        if (!isGCompressError(error)) throw error;
      }
    }),
    { numRuns: 2000, seed: 5 },
  );
  expect(restored).toBeGreaterThan(0);
});

it.each([
  ['no bytes', () => packedIntegers('x' as never, [1, 1]), 'invalid-option'],
  ['no shape', () => packedIntegers(new Uint8Array(6), [1] as never), 'invalid-matrix'],
  ['other states', () => packedIntegers(new Uint8Array(6), [1, 1], 3 as never), 'invalid-option'],
])('%s are refused', (_, call, code) => expect(call).toThrow(expect.objectContaining({ code })));
