// Options of `simhash`: sizes, break-even, settings and refusals.
import { type ErrorCode, isGCompressError, matrix, type Shape2D } from '@gcompress/core';
import * as fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { bitsFromPercent, breakEvenBits, storedBytes } from '../src/bits-choice.ts';
import { type SimhashOptions, simhash } from '../src/index.ts';

describe('the options', () => {
  it.each<[string, unknown, ErrorCode]>([
    ['no object', 8, 'invalid-option'],
    ['no size', {}, 'invalid-option'],
    ['two sizes', { bits: 8, ratio: 4 }, 'invalid-option'],
    ['an unknown name', { bits: 8, bit: 8 }, 'unknown-option'],
    ['no bits', { bits: 0 }, 'invalid-option'],
    ['half a bit', { bits: 1.5 }, 'invalid-option'],
    ['bits that are no number', { bits: '8' }, 'invalid-option'],
    ['NaN bits', { bits: Number.NaN }, 'invalid-option'],
    ['a ratio of 1', { ratio: 1 }, 'invalid-option'],
    ['half a byte', { bytes: 0.5 }, 'invalid-option'],
    ['percent 0', { percent: 0 }, 'invalid-option'],
    ['a seed that is no integer', { bits: 8, seed: 0.5 }, 'invalid-option'],
    ['a negative seed', { bits: 8, seed: -1 }, 'invalid-option'],
    ['unknown planes', { bits: 8, planes: 'random' }, 'invalid-option'],
    ['an unknown rule for scales', { bits: 8, scales: 'max' }, 'invalid-option'],
    ['half a sweep', { bits: 8, refine: 0.5 }, 'invalid-option'],
    ['a flag that is no boolean', { bits: 8, trainableScales: 1 }, 'invalid-option'],
    ['another flag that is no boolean', { bits: 8, allowLarger: 'yes' }, 'invalid-option'],
  ])('refuse %s', (_, options, code) => {
    expect(codeOf(() => simhash(options as SimhashOptions))).toBe(code);
  });

  it('are completed by their defaults, undefined included', () => {
    const options = { bits: 8, seed: undefined } as unknown as SimhashOptions;
    expect(simhash(options).options).toEqual({
      bits: 8,
      planes: 'orthogonal',
      scales: 'least-squares',
      refine: 10,
      seed: 42,
      trainableScales: false,
      allowLarger: false,
    });
  });

  it('determine which factors are trainable', () => {
    const flags = (options: SimhashOptions) =>
      Object.entries(simhash(options).plan([30, 20]).factors)
        .filter(([, { trainable }]) => trainable)
        .map(([name]) => name);
    expect(flags({ bits: 8 })).toEqual([]);
    expect(flags({ bits: 8, trainableScales: true })).toEqual(['scales']);
    expect(flags({ bits: 8, planes: 'fitted' })).toEqual(['projection']);
  });
});

describe('the sizes', () => {
  const shapes = fc.tuple(fc.integer({ min: 2, max: 60 }), fc.integer({ min: 1, max: 60 }));
  const planes = fc.constantFrom<'orthogonal' | 'fitted'>('orthogonal', 'fitted');

  it('give plans with the exact bytes of the stored form', () => {
    fc.assert(
      fc.property(shapes, planes, fc.integer({ min: 1, max: 40 }), ([rows, cols], kind, bits) => {
        const compressor = simhash({ bits, planes: kind, refine: 0, allowLarger: true });
        const compressed = compressor.compress(matrix([rows, cols], new Float32Array(rows * cols).fill(0.5)));
        expect(compressed.byteLength).toBe(storedBytes([rows, cols], bits, kind === 'fitted'));
        expect(compressor.plan([rows, cols]).byteLength).toBe(compressed.byteLength);
      }),
      { numRuns: 50 },
    );
  });

  it('are the largest that fit in the bytes', () => {
    fc.assert(
      fc.property(shapes, planes, fc.integer({ min: 1, max: 5000 }), (shape, kind, bytes) => {
        const bits = plannedBits(shape, { bytes, planes: kind, allowLarger: true });
        if (bits === undefined) {
          expect(storedBytes(shape, 1, kind === 'fitted')).toBeGreaterThan(bytes);
        } else if (bits !== 'oversized') {
          expect(storedBytes(shape, bits, kind === 'fitted')).toBeLessThanOrEqual(bytes);
          expect(storedBytes(shape, bits + 1, kind === 'fitted')).toBeGreaterThan(bytes);
        }
      }),
    );
  });

  it('reach the ratio', () => {
    fc.assert(
      fc.property(shapes, planes, fc.double({ min: 1.01, max: 32, noNaN: true }), (shape, kind, ratio) => {
        const bits = plannedBits(shape, { ratio, planes: kind });
        if (typeof bits !== 'number') return;
        expect((4 * shape[0] * shape[1]) / storedBytes(shape, bits, kind === 'fitted')).toBeGreaterThanOrEqual(ratio);
      }),
    );
  });

  it('are refused above the break-even, the most bits whose stored form is smaller than the matrix', () => {
    fc.assert(
      fc.property(shapes, planes, (shape, kind) => {
        const fitted = kind === 'fitted';
        const most = breakEvenBits(shape, fitted);
        expect(storedBytes(shape, most + 1, fitted)).toBeGreaterThanOrEqual(4 * shape[0] * shape[1]);
        expect(codeOf(() => simhash({ bits: most + 1, planes: kind }).plan(shape))).toBe('not-smaller');
        if (most === 0) return;
        expect(storedBytes(shape, most, fitted)).toBeLessThan(4 * shape[0] * shape[1]);
        expect(plannedBits(shape, { bits: most, planes: kind })).toBe(most);
        expect(plannedBits(shape, { bits: most + 1, planes: kind, allowLarger: true })).toBe(most + 1);
      }),
    );
  });

  it('are refused with an error that names the break-even', () => {
    expect(() => simhash({ bits: 900 }).plan([20, 30])).toThrow(/at most 607 sign bits a column/);
    expect(() => simhash({ bits: 1 }).plan([1, 30])).toThrow(/a matrix that sign bits can make smaller/);
    expect(() => simhash({ ratio: 31 }).plan([20, 30])).toThrow('simhash ratio: expected at most 19.35');
  });

  it('follow the percent rule of the Python library', () => {
    expect(simhash({ percent: 50 }).plan([20, 30]).config.bits).toBe(bitsFromPercent([20, 30], 50));
  });

  it('are refused if the projection would be too large', () => {
    expect(codeOf(() => simhash({ bits: 9000 }).plan([9000, 9000]))).toBe('file-oversized');
    expect(codeOf(() => simhash({ bits: 1 }).plan([70_000, 10]))).toBe('file-oversized');
  });
});

/** The planned bits; undefined if one bit exceeds the budget, `'oversized'` if the projection is too large. */
function plannedBits(shape: Shape2D, options: SimhashOptions): number | undefined | 'oversized' {
  try {
    return simhash(options).plan(shape).config.bits as number;
  } catch (error) {
    if (isGCompressError(error, 'file-oversized')) return 'oversized';
    if (isGCompressError(error, 'invalid-option')) return undefined;
    throw error;
  }
}

function codeOf(act: () => unknown): ErrorCode | undefined {
  try {
    act();
  } catch (error) {
    if (isGCompressError(error)) return error.code;
    throw error;
  }
  return undefined;
}

it('simhash refuses no size, several sizes and settings alone, in the types too', () => {
  // @ts-expect-error no size
  expect(() => simhash({})).toThrow('exactly one of');
  // @ts-expect-error two sizes
  expect(() => simhash({ bits: 4, ratio: 2 })).toThrow('exactly one of');
  // @ts-expect-error settings are not enough
  expect(() => simhash({ seed: 1 })).toThrow('exactly one of');
});
