// Damaged streams and invalid arguments throw GCompressErrors and nothing else.
import { createRandom, isGCompressError } from '@gcompress/core';
import { expect, it } from 'vitest';
import { createIntegerDecoder, decodeIntegers } from '../src/decode.ts';
import { codedBits, encodeIntegers, roundForRate } from '../src/index.ts';

const SHAPE = [12, 10] as const;
const SPARSE = Int32Array.from({ length: 120 }, (_, i) => (i % 17 === 3 ? (i % 2 ? -3 : 40) : 0));
const DENSE = Int32Array.from({ length: 120 }, (_, i) => (i * 7) % 16);

function codeOf(action: () => unknown): string {
  try {
    action();
  } catch (error) {
    if (isGCompressError(error)) return error.code;
    throw error;
  }
  return 'accepted';
}

it.each([
  ['context-coded', SPARSE, 1],
  ['packed', DENSE, 0],
] as const)('%s streams with missing or surplus bytes are refused', (_name, values, codec) => {
  const bytes = encodeIntegers(values, SHAPE);
  expect(bytes[0]).toBe(codec);
  for (let length = 0; length < bytes.length; length++) {
    expect(codeOf(() => decodeIntegers(bytes.subarray(0, length), SHAPE))).toBe('file-truncated');
  }
  expect(codeOf(() => decodeIntegers(Uint8Array.of(...bytes, 0), SHAPE))).toBe('file-tensor');
  expect(codeOf(() => decodeIntegers(Uint8Array.of(4, ...bytes.subarray(1)), SHAPE))).toBe('unknown-codec');
});

it('packed streams with a width above 32, values above int32 or nonzero padding are refused', () => {
  expect(codeOf(() => decodeIntegers(Uint8Array.of(0, 33, 0, 0, 0, 0), [1, 1]))).toBe('file-tensor');
  expect(codeOf(() => decodeIntegers(Uint8Array.of(0, 8, 255, 255, 255, 127, 1), [1, 1]))).toBe('file-tensor');
  expect(codeOf(() => decodeIntegers(Uint8Array.of(0, 4, 0, 0, 0, 0, 31), [1, 1]))).toBe('file-tensor');
});

it('mutated streams give values of the shape or throw a GCompressError', () => {
  const random = createRandom(1);
  const streams = [encodeIntegers(SPARSE, SHAPE), encodeIntegers(DENSE, SHAPE)];
  let refused = 0;
  for (let run = 0; run < 10_000; run++) {
    const bytes = streams[run % 2].slice();
    for (let i = 0; i <= run % 3; i++)
      bytes[Math.floor(random.uniform() * bytes.length)] = Math.floor(random.uniform() * 256);
    const code = codeOf(() => decodeIntegers(bytes, SHAPE));
    if (code !== 'accepted') refused++;
    expect(['accepted', 'file-tensor', 'file-truncated', 'unknown-codec']).toContain(code);
  }
  expect(refused).toBeGreaterThan(4000);
});

it('invalid arguments of any type throw a GCompressError', () => {
  for (const plain of [null, undefined, 0, -1, 'text', {}, [], [0, 1], [1.5, 2], () => 0] as never[]) {
    expect(codeOf(() => encodeIntegers(plain, SHAPE))).toBe('invalid-matrix');
    expect(codeOf(() => encodeIntegers(SPARSE, plain))).toBe('invalid-matrix');
    expect(codeOf(() => codedBits(SPARSE, plain))).toBe('invalid-matrix');
    expect(codeOf(() => decodeIntegers(plain, SHAPE))).toBe('invalid-option');
    expect(codeOf(() => createIntegerDecoder(encodeIntegers(SPARSE, SHAPE), plain))).toBe('invalid-option');
  }
  for (const plain of [null, undefined, 0.5, 2 ** 31, Number.NaN, 'text', {}, () => 0] as never[]) {
    expect(codeOf(() => createIntegerDecoder(encodeIntegers(SPARSE, SHAPE), SHAPE).rows(plain))).toBe('invalid-option');
  }
});

it('rounding refuses invalid arguments, NaN values and weights that do not fit', () => {
  const good = { shape: [1, 2] as const, values: Float32Array.of(0.4, 1.6), weights: Float32Array.of(1) };
  const nearest = { states: 0, bitCost: 0 } as const;
  expect(roundForRate(good, nearest).values).toEqual(Int32Array.of(0, 2));
  for (const plain of [null, undefined, 0, 'text', {}, () => 0] as never[]) {
    expect(codeOf(() => roundForRate(plain, nearest))).toMatch(/^invalid-/);
    expect(codeOf(() => roundForRate(good, plain))).toMatch(/^invalid-/);
  }
  expect(codeOf(() => roundForRate(good, { ...nearest, states: 5 as never }))).toBe('invalid-option');
  expect(codeOf(() => roundForRate(good, { ...nearest, bitCost: -1 }))).toBe('invalid-option');
  for (const wrong of [Number.NaN, Number.POSITIVE_INFINITY, 2 ** 25]) {
    expect(codeOf(() => roundForRate({ ...good, values: Float32Array.of(wrong, 0) }, nearest))).toBe('invalid-matrix');
  }
  for (const weights of [Float32Array.of(-1), Float32Array.of(Number.NaN, 1), new Float32Array(3)]) {
    expect(codeOf(() => roundForRate({ ...good, weights }, nearest))).toBe('invalid-matrix');
  }
});
