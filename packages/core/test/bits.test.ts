import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { bitsFor, packBits, packedBytes, unpackBits } from '../src/storage.ts';

describe('packBits', () => {
  it('puts the lowest bit first, without gaps', () => {
    expect([...packBits([1, 0, 1, 1, 0, 0, 0, 0, 1], 1)]).toEqual([0b00001101, 0b1]);
    expect([...packBits([5, 2, 7], 3)]).toEqual([0b11010101, 0b1]);
    expect([...packBits([0xabc, 0x123], 12)]).toEqual([0xbc, 0x3a, 0x12]);
    expect([...packBits([], 5)]).toEqual([]);
  });

  it('equals a Uint8Array with 8 bits and a little-endian Uint16Array with 16', () => {
    expect([...packBits([1, 255, 7], 8)]).toEqual([1, 255, 7]);
    expect([...packBits([0x1234, 0xffff], 16)]).toEqual([0x34, 0x12, 0xff, 0xff]);
  });

  it('is undone by unpackBits, in exactly the bytes announced', () => {
    const packable = fc
      .integer({ min: 1, max: 16 })
      .chain((bits) => fc.tuple(fc.constant(bits), fc.array(fc.nat(2 ** bits - 1), { maxLength: 100 })));
    fc.assert(
      fc.property(packable, ([bits, values]) => {
        const bytes = packBits(values, bits);
        expect(bytes.length).toBe(packedBytes(values.length, bits));
        expect([...unpackBits(bytes, bits, values.length)]).toEqual(values);
      }),
    );
  });
});

it('packedBytes rounds up', () => {
  expect([packedBytes(0, 3), packedBytes(1, 1), packedBytes(8, 1), packedBytes(3, 3)]).toEqual([0, 1, 1, 2]);
});

it('bitsFor is the fewest bits that hold the largest index', () => {
  expect([1, 2, 3, 4, 5, 256, 257, 65536].map(bitsFor)).toEqual([1, 1, 2, 2, 3, 8, 9, 16]);
});
