// Options of `kMeans`: sizes, plans, codebook scopes, zero and importance.
import { isGCompressError, matrix } from '@gcompress/core';
import * as fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { type CodebookScope, type KMeansOptions, kMeans } from '../src/index.ts';
import { randomMatrix, squaredError } from './support.ts';

const levelsFor = (options: KMeansOptions, shape: readonly [number, number] = [64, 32]) =>
  kMeans(options).plan(shape).config.levels;

describe('the options', () => {
  it.each<[string, unknown, string]>([
    ['none', {}, 'invalid-option'],
    ['no object', 16, 'invalid-option'],
    ['two sizes', { levels: 4, bits: 2 }, 'invalid-option'],
    ['one level', { levels: 1 }, 'invalid-option'],
    ['too many levels', { levels: 65_537 }, 'invalid-option'],
    ['half a level', { levels: 4.5 }, 'invalid-option'],
    ['17 bits', { bits: 17 }, 'invalid-option'],
    ['no bits', { bits: 0 }, 'invalid-option'],
    ['a ratio of 1', { ratio: 1 }, 'invalid-option'],
    ['no bytes', { bytes: 0 }, 'invalid-option'],
    ['half a byte', { bytes: 100.5 }, 'invalid-option'],
    ['an empty block', { levels: 4, blockSize: 0 }, 'invalid-option'],
    ['NaN', { levels: 4, pruningFraction: Number.NaN }, 'invalid-option'],
    ['a fraction above 1', { levels: 4, pruningFraction: 1.5 }, 'invalid-option'],
    ['no iterations', { levels: 4, iterations: 0 }, 'invalid-option'],
    ['a negative tolerance', { levels: 4, tolerance: -1 }, 'invalid-option'],
    ['no restarts', { levels: 4, restarts: 0 }, 'invalid-option'],
    ['a negative seed', { levels: 4, seed: -1 }, 'invalid-option'],
    ['allowLarger as text', { levels: 4, allowLarger: 'yes' }, 'invalid-option'],
    ['keepZero as text', { levels: 4, keepZero: 'yes' }, 'invalid-option'],
    ['a scope that does not exist', { levels: 4, codebooks: 'row' }, 'invalid-option'],
    ['a scope without sides', { levels: 4, codebooks: {} }, 'invalid-option'],
    ['a scope of null', { levels: 4, codebooks: null }, 'invalid-option'],
    ['a scope of no rows', { levels: 4, codebooks: { rows: 0 } }, 'invalid-option'],
    ['a scope that cuts blocks', { levels: 4, blockSize: 4, codebooks: { columns: 6 } }, 'invalid-option'],
    ['a misspelt scope', { levels: 4, codebooks: { row: 2 } }, 'unknown-option'],
    ['a misspelt option', { levels: 4, blocksize: 2 }, 'unknown-option'],
  ])('refuses %s', (_, options, expected) => {
    expect(() => kMeans(options as KMeansOptions)).toThrow(
      expect.toSatisfy((error) => isGCompressError(error, expected)),
    );
  });

  it('are completed by their defaults, and the completed options make an equal compressor', () => {
    const { options } = kMeans({ bits: 4, codebooks: { rows: 8 } });
    expect(options).toEqual({
      bits: 4,
      blockSize: 1,
      codebooks: { rows: 8 },
      pruningFraction: 0,
      iterations: 100,
      tolerance: 1e-4,
      restarts: 3,
      seed: 0,
      allowLarger: false,
    });
    expect(kMeans(options as unknown as KMeansOptions).options).toEqual(options);
  });
});

describe('the number of levels', () => {
  it('is 2^bits, and at most the number of blocks of a codebook', () => {
    expect(levelsFor({ bits: 1 })).toBe(2);
    expect(levelsFor({ bits: 5 })).toBe(32);
    expect(levelsFor({ bits: 16, allowLarger: true })).toBe(2048);
    expect(levelsFor({ levels: 65_536, allowLarger: true }, [300, 300])).toBe(65_536);
    expect(levelsFor({ levels: 100, codebooks: 'column', allowLarger: true })).toBe(64);
    expect(levelsFor({ levels: 100, codebooks: 'column', keepZero: true, allowLarger: true })).toBe(65);
  });

  it.each<KMeansOptions>([
    { bytes: 600 },
    { bytes: 1000, blockSize: 4 },
    { bytes: 1000, codebooks: { rows: 32 } },
    { ratio: 8 },
    { ratio: 20, blockSize: 4 },
    { ratio: 5, codebooks: { columns: 8 } },
  ])('is the largest that fits with %o', (options) => {
    const shape = [64, 32] as const;
    const budget = options.bytes ?? (64 * 32 * 4) / (options.ratio ?? 1);
    const { blockSize = 1, codebooks = 'tensor' } = options;
    const levels = Number(levelsFor(options, shape));
    const bytesWith = (count: number) => kMeans({ blockSize, codebooks, levels: count }).plan(shape).byteLength;
    expect(kMeans(options).compress(randomMatrix(shape)).byteLength).toBeLessThanOrEqual(budget);
    expect(bytesWith(levels)).toBeLessThanOrEqual(budget);
    expect(bytesWith(levels + 1)).toBeGreaterThan(budget);
  });

  it.each<KMeansOptions>([{ ratio: 33 }, { bytes: 200 }])(
    'is refused when two levels do not fit with %o',
    (options) => {
      expect(() => kMeans(options).plan([64, 32])).toThrow(
        expect.toSatisfy(
          (error) => isGCompressError(error, 'invalid-option') && /for a matrix \[64, 32\]/.test(error.message),
        ),
      );
    },
  );
});

it('a plan states the most bytes that the stored form can take', () => {
  const cases = fc.record({
    shape: fc.tuple(fc.integer({ min: 1, max: 12 }), fc.integer({ min: 1, max: 12 })),
    blockSize: fc.integer({ min: 1, max: 4 }),
    levels: fc.integer({ min: 2, max: 40 }),
    codebooks: fc.constantFrom<CodebookScope>('tensor', 'column', { rows: 3 }, { rows: 5, columns: 12 }),
  });
  fc.assert(
    fc.property(cases, ({ shape, ...options }) => {
      const compressor = kMeans({ ...options, restarts: 1, iterations: 3, allowLarger: true });
      const { byteLength } = compressor.compress(randomMatrix(shape));
      const planned = compressor.plan(shape).byteLength;
      expect(byteLength).toBeLessThanOrEqual(planned);
    }),
    { numRuns: 80 },
  );
});

describe('a plan that takes at least the bytes of the matrix', () => {
  const sides = fc.integer({ min: 1, max: 12 });
  const sizes = fc.record({ levels: fc.integer({ min: 2, max: 40 }), blockSize: fc.integer({ min: 1, max: 4 }) });

  it('is refused without allowLarger', () => {
    fc.assert(
      fc.property(fc.tuple(sides, sides), sizes, (shape, options) => {
        const { byteLength } = kMeans({ ...options, allowLarger: true }).plan(shape);
        const smaller = byteLength < 4 * shape[0] * shape[1];
        const refusal = expect.toSatisfy((error) => isGCompressError(error, 'not-smaller'));
        if (smaller) expect(kMeans(options).plan(shape).byteLength).toBe(byteLength);
        else expect(() => kMeans(options).plan(shape)).toThrow(refusal);
      }),
    );
  });
});

describe('codebooks', () => {
  const a = matrix([4, 4], [1, 10, 2, 20, 3, 30, 4, 40, 1, 10, 2, 20, 3, 30, 4, 40]);

  it('are separate for each column', () => {
    const compressed = kMeans({ levels: 2, codebooks: 'column' }).compress(a);
    expect(compressed.factors.codebook.shape).toEqual([8, 1]);
    expect(compressed.decompress()).toEqual(a);
  });

  it('are separate for each column of blocks', () => {
    const compressed = kMeans({ levels: 2, blockSize: 2, codebooks: 'column' }).compress(a);
    expect(compressed.factors.codebook.shape).toEqual([4, 2]);
    expect(compressed.decompress()).toEqual(a);
  });

  it('are separate for groups of rows and columns', () => {
    const { factors, config } = kMeans({ levels: 2, codebooks: { rows: 3, columns: 2 } }).compress(a);
    expect(factors.codebook.shape).toEqual([8, 1]);
    expect(config).toEqual({ blockSize: 1, levels: 2, groupRows: 3, groupBlocks: 2 });
    const whole = kMeans({ levels: 2, codebooks: { rows: 100, columns: 100 } });
    expect(whole.compress(a).factors).toEqual(kMeans({ levels: 2 }).compress(a).factors);
  });
});

describe('zero', () => {
  const zeros = (data: ArrayLike<number>) => Array.from(data).filter((entry) => entry === 0).length;

  it('is a centroid with keepZero, and the other centroids are optimal beside it', () => {
    const a = matrix([1, 6], [1, 2, 10, 11, -8, -9]);
    const { factors } = kMeans({ levels: 3, keepZero: true }).compress(a);
    expect([...factors.codebook.data]).toEqual([-8.5, 0, 10.5]);
  });

  it('stays exactly zero after pruning, for single entries and blocks', () => {
    const a = randomMatrix([32, 32]);
    for (const blockSize of [1, 4]) {
      const compressed = kMeans({ levels: 8, blockSize, pruningFraction: 0.9 }).compress(a);
      expect(
        [...compressed.factors.codebook.data.subarray(0, 8 * blockSize)].filter((x) => x === 0).length,
      ).toBeGreaterThanOrEqual(blockSize);
      expect(zeros(compressed.decompress().data)).toBeGreaterThan(blockSize === 1 ? 921 : 400);
    }
  });

  it('is no centroid with keepZero false', () => {
    const a = matrix([1, 4], [0, 1, 5, 6]);
    const { factors } = kMeans({ levels: 2, keepZero: false }).compress(a);
    expect([...factors.codebook.data]).toEqual([0.5, 5.5]);
    expect([...kMeans({ levels: 2 }).compress(a).factors.codebook.data]).toEqual([0, 5.5]);
  });
});

describe('importance', () => {
  it('weighs single entries optimally', () => {
    const a = matrix([1, 4], [0.5, 1, 5, 6]);
    const importance = matrix([1, 4], [1, 3, 0, 1]);
    const compressed = kMeans({ levels: 2 }).compress(a, { importance });
    expect([...compressed.factors.codebook.data]).toEqual([0.875, 6]);
    expect(squaredError(a, compressed.decompress(), importance)).toBeCloseTo(0.1875, 6);
  });

  it('may be zero for all blocks of a codebook', () => {
    const a = matrix([2, 2], [1, 2, 3, 4]);
    const importance = matrix([2, 2], [0, 0, 1, 1]);
    for (const blockSize of [1, 2]) {
      const back = kMeans({ levels: 2, blockSize, codebooks: { rows: 1 }, allowLarger: true })
        .compress(a, { importance })
        .decompress();
      expect([...back.data.subarray(2)]).toEqual([3, 4]);
      expect(back.data.every(Number.isFinite)).toBe(true);
    }
  });
});

it('kMeans refuses no size, several sizes and settings alone, in the types too', () => {
  // @ts-expect-error no size
  expect(() => kMeans({})).toThrow('exactly one of');
  // @ts-expect-error two sizes
  expect(() => kMeans({ levels: 4, ratio: 2 })).toThrow('exactly one of');
  // @ts-expect-error settings are not enough
  expect(() => kMeans({ seed: 1 })).toThrow('exactly one of');
});
