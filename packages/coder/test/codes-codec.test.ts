// The codec of tensors of codes: packed bits and back, and streams that it refuses to take apart.
import { createRandom, type PackedMatrix } from '@gcompress/core';
import { packBits } from '@gcompress/core/storage';
import fc from 'fast-check';
import { expect, it } from 'vitest';
import { CODES_CODEC, codeEach, codesModel } from '../src/codes/codes.ts';
import { unpackCodes } from '../src/decode.ts';
import { codesCodec, packCodes } from '../src/index.ts';
import { RangeEncoder } from '../src/range/range-encoder.ts';

const stored = (tensors: PackedMatrix['tensors']): PackedMatrix => ({
  format: 'test',
  version: 1,
  shape: [1, 1],
  config: {},
  tensors,
});

const matrices = fc.record({
  rows: fc.integer({ min: 0, max: 40 }),
  columns: fc.integer({ min: 1, max: 40 }),
  levels: fc.oneof(fc.integer({ min: 1, max: 5 }), fc.constantFrom(16, 200, 256, 65_536)),
  density: fc.double({ min: 0, max: 1, noNaN: true }),
  seed: fc.nat(),
});

it('decoding gives packed bits of the same codes, and encoding the same bytes as before', () => {
  let coded = 0;
  fc.assert(
    fc.property(matrices, ({ rows, columns, levels, density, seed }) => {
      const random = createRandom(seed);
      const codes = Int32Array.from({ length: rows * columns }, () =>
        random.uniform() < density ? random.integer(levels) : levels - 1,
      );
      const codec = codesCodec((_, read) => void read('x', [rows, columns], levels));
      const packed = stored(packCodes('x', codes, [rows, columns], levels));
      const decoded = codec.decode(packed) as PackedMatrix;
      expect(Object.keys(decoded.tensors)).toEqual(['x']);
      expect(unpackCodes(decoded, 'x', [rows, columns], levels)).toEqual(codes);
      const names = Object.keys(packed.tensors);
      if (names[0] === 'coded-x') coded++;
      else expect(decoded).toBe(packed);
      expect(codec.encode(decoded, names)).toEqual(packed.tensors);
    }),
  );
  expect(coded).toBeGreaterThan(10);
});

it('packed bits stay packed bits, even if coding would be smaller, as in files of version 1', () => {
  const data = packBits(new Int32Array(1000), 4);
  const packed = stored({ x: { shape: [data.length], data } });
  const codec = codesCodec((_, read) => void read('x', [10, 100], 16));
  expect(codec.decode(packed)).toBe(packed);
  expect(codec.encode(packed, ['x'])).toEqual(packed.tensors);
});

it('a stream that names another code as the most frequent one is read, but not taken apart', () => {
  const codes = Int32Array.from({ length: 900 }, (_, at) => (at % 50 === 0 ? 1 : 0));
  const encoder = new RangeEncoder(codesModel(16));
  codeEach(encoder, codes.slice(), 30, 1, 16);
  const data = Uint8Array.from([CODES_CODEC, 1, 0, ...encoder.finish(15)]);
  const packed = stored({ 'coded-x': { shape: [data.length], data } });
  expect(unpackCodes(packed, 'x', [30, 30], 16)).toEqual(codes);
  const codec = codesCodec((_, read) => void read('x', [30, 30], 16));
  expect(codec.decode(packed)).toBeUndefined();
});

it('refuses what is not a function', () => {
  expect(() => codesCodec('read' as never)).toThrow(expect.objectContaining({ code: 'invalid-option' }));
});
