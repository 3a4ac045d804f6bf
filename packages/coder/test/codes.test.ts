// Tensors of codes: round trips of both forms, size limits, and refusal of damaged streams.
import { createRandom, isGCompressError, type PackedMatrix, type PackedTensor } from '@gcompress/core';
import fc from 'fast-check';
import { expect, it } from 'vitest';
import { unpackCodes } from '../src/decode.ts';
import { packCodes } from '../src/index.ts';

const stored = (tensors: Record<string, PackedTensor>): PackedMatrix => ({
  format: 'test',
  version: 1,
  shape: [1, 1],
  config: {},
  tensors,
});
const bytesOf = (tensors: Record<string, PackedTensor>) => Object.values(tensors)[0].data as Uint8Array;
const coded = (data: Uint8Array) => stored({ 'coded-x': { shape: [data.length], data } });

function codeOf(action: () => unknown): string {
  try {
    action();
  } catch (error) {
    if (isGCompressError(error)) return error.code;
    throw error;
  }
  return 'accepted';
}

/** Codes that differ from `common` with about this density, which varies by row and column. */
function unevenCodes([rows, columns]: readonly [number, number], levels: number, common: number, density: number) {
  const random = createRandom(3);
  return Int32Array.from({ length: rows * columns }, (_, at) =>
    random.uniform() < density * (at % 3) ** 2 ? random.integer(levels) : common,
  );
}

const matrices = fc
  .record({
    rows: fc.integer({ min: 0, max: 30 }),
    columns: fc.integer({ min: 1, max: 30 }),
    levels: fc.oneof(fc.integer({ min: 1, max: 5 }), fc.constantFrom(16, 255, 256, 257, 65_535, 65_536, 65_537)),
    density: fc.constantFrom(0, 0.01, 0.1, 1),
  })
  .map(({ rows, columns, levels, density }) => ({
    shape: [rows, columns] as const,
    levels,
    codes: unevenCodes([rows, columns], levels, levels - 1, density),
  }));

it('decoded codes equal the encoded ones, which take no more bytes than packed bits', () => {
  fc.assert(
    fc.property(matrices, ({ shape, levels, codes }) => {
      const tensors = packCodes('x', codes, shape, levels);
      const bits = Math.max(1, Math.ceil(Math.log2(levels)));
      expect(bytesOf(tensors).length).toBeLessThanOrEqual(Math.ceil((codes.length * bits) / 8));
      expect(unpackCodes(stored(tensors), 'x', shape, levels)).toEqual(codes);
    }),
    { numRuns: 150 },
  );
});

it('uniformly distributed codes are stored packed, codes with a prevailing one entropy-coded', () => {
  const random = createRandom(1);
  const even = Int32Array.from({ length: 4096 }, () => random.integer(16));
  expect(packCodes('x', even, [64, 64], 16)).toHaveProperty('x.shape', [2048]);
  expect(Object.keys(packCodes('x', unevenCodes([64, 64], 16, 7, 0.01), [64, 64], 16))).toEqual(['coded-x']);
});

it('a million equal codes take a few hundred bytes and are read back', () => {
  for (const [code, levels] of [
    [0, 2],
    [1, 2],
    [40_000, 65_536],
  ]) {
    const codes = new Int32Array(2 ** 20).fill(code);
    const tensors = packCodes('x', codes, [1024, 1024], levels);
    expect(bytesOf(tensors).length).toBeLessThan(450);
    expect(unpackCodes(stored(tensors), 'x', [1024, 1024], levels).every((read) => read === code)).toBe(true);
  }
});

it('a stream too short for its number of codes is refused before memory is allocated', () => {
  const data = bytesOf(packCodes('x', new Int32Array(2 ** 16), [256, 256], 2));
  expect(codeOf(() => unpackCodes(coded(data), 'x', [2 ** 26, 2 ** 26], 2))).toBe('file-tensor');
});

it('truncated streams, surplus bytes, other codecs and codes that are too large are refused', () => {
  const codes = unevenCodes([20, 10], 9, 2, 0.05);
  const data = bytesOf(packCodes('x', codes, [20, 10], 9));
  const read = (bytes: Uint8Array, levels = 9) => codeOf(() => unpackCodes(coded(bytes), 'x', [20, 10], levels));
  expect(read(data)).toBe('accepted');
  for (let length = 0; length < data.length; length++) {
    expect(read(data.subarray(0, length))).toBe('file-tensor');
  }
  expect(read(Uint8Array.of(...data, 0))).toBe('file-tensor');
  for (const codec of [0, 1, 3, 5, 255]) expect(read(Uint8Array.of(codec, ...data.subarray(1)))).toBe('unknown-codec');
  for (const levels of [8, 10, 16]) expect(read(data, levels)).toBe('file-tensor');
  expect(read(Uint8Array.of(data[0], 9, ...data.subarray(2)))).toBe('file-tensor');
  expect(codeOf(() => unpackCodes(stored({ x: { shape: [1], data: Uint8Array.of(7) } }), 'x', [1, 2], 3))).toBe(
    'file-tensor',
  );
  expect(codeOf(() => unpackCodes(stored({}), 'x', [1, 2], 3))).toBe('file-tensor');
  expect(
    codeOf(() => unpackCodes(stored({ 'coded-x': { shape: [1], data: new Float32Array(1) } }), 'x', [1, 2], 3)),
  ).toBe('file-dtype');
});

it('mutated streams give codes below the levels or throw a GCompressError', () => {
  const random = createRandom(1);
  const data = bytesOf(packCodes('x', unevenCodes([30, 20], 9, 2, 0.1), [30, 20], 9));
  let refused = 0;
  for (let run = 0; run < 3000; run++) {
    const bytes = data.slice();
    for (let i = 0; i <= run % 3; i++) bytes[random.integer(bytes.length)] = random.integer(256);
    let codes: Int32Array | undefined;
    const code = codeOf(() => {
      codes = unpackCodes(coded(bytes), 'x', [30, 20], 9);
    });
    const isKnown = /^(accepted|file-tensor|unknown-codec)$/.test(code);
    if (!isKnown || codes?.some((one) => one < 0 || one >= 9)) throw new Error(`${code} of ${bytes}`);
    refused += code === 'accepted' ? 0 : 1;
  }
  expect(refused).toBeGreaterThan(1500);
});

it('invalid arguments of any type throw a GCompressError', () => {
  const codes = Int32Array.of(0, 1);
  for (const plain of [null, undefined, 0.5, -1, 'text', {}, Symbol('x'), () => 0] as never[]) {
    expect(codeOf(() => packCodes('x', plain, [1, 2], 2))).toBe('invalid-matrix');
    expect(codeOf(() => packCodes('x', codes, plain, 2))).toBe('invalid-option');
    expect(codeOf(() => packCodes('x', codes, [1, 2], plain))).toBe('invalid-option');
    if (typeof plain !== 'string') expect(codeOf(() => packCodes(plain, codes, [1, 2], 2))).toBe('invalid-option');
    expect(codeOf(() => unpackCodes(plain, 'x', [1, 2], 2))).toBe('invalid-option');
    expect(codeOf(() => unpackCodes(stored({}), 'x', plain, 2))).toBe('invalid-option');
    expect(codeOf(() => unpackCodes(stored({}), 'x', [1, 2], plain))).toBe('invalid-option');
  }
  expect(codeOf(() => packCodes('x', codes, [1, 3], 2))).toBe('invalid-matrix');
  expect(codeOf(() => packCodes('x', codes, [1, 2], 1))).toBe('invalid-matrix');
  expect(codeOf(() => packCodes('x', Int32Array.of(0, -1), [1, 2], 2))).toBe('invalid-matrix');
});

it('the bytes of streams do not change between releases', () => {
  const mask = unevenCodes([20, 20], 2, 0, 0.03);
  const levels = unevenCodes([20, 20], 7, 3, 0.03);
  expect([
    bytesOf(packCodes('x', mask, [20, 20], 2)).join(' '),
    bytesOf(packCodes('x', levels, [20, 20], 7)).join(' '),
  ]).toMatchInlineSnapshot(`
    [
      "4 0 0 194 243 193 223 151 252 201 18 186 98 164 85 206 76 153",
      "4 3 0 194 135 144 96 91 255 229 68 112 88 18 212 24 194 48 95 253 221 9 154 141 229 246 214 84 149",
    ]
  `);
});
