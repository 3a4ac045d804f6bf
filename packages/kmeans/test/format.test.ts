// Reader and writer of the stored form, lookup, and encoding with a trained codebook.
import { isGCompressError, matrix, type PackedMatrix } from '@gcompress/core';
import { createCompressedMatrix } from '@gcompress/core/hosts';
import { describe, expect, it } from 'vitest';
import { encode } from '../src/encode.ts';
import { kMeansFormat } from '../src/format.ts';
import { kMeans } from '../src/index.ts';
import { randomMatrix, squaredError } from './support.ts';

/** Two codebooks of two levels, side by side over `[2, 6]`, for blocks of 2; the second group has one block. */
const good: PackedMatrix = {
  format: 'kmeans',
  version: 1,
  shape: [2, 6],
  config: { blockSize: 2, levels: 3, groupRows: 2, groupBlocks: 2 },
  tensors: {
    codebook: { shape: [4, 2], data: Float32Array.of(1, 2, 3, 4, 5, 6, 7, 8) },
    encoding: { shape: [1], data: Uint8Array.of(0b110010) },
  },
};

describe('unpack', () => {
  it('returns every codebook with its planned rows', () => {
    const { codebook, encoding } = kMeansFormat.unpack(good);
    expect(codebook).toMatchObject({ shape: [6, 2], dtype: 'float32', trainable: true });
    expect([...codebook.data]).toEqual([1, 2, 3, 4, 0, 0, 5, 6, 7, 8, 0, 0]);
    expect(encoding).toMatchObject({ shape: [2, 3], dtype: 'int32', trainable: false });
    expect([...encoding.data]).toEqual([0, 1, 3, 0, 1, 4]);
  });

  const { codebook, encoding } = good.tensors;
  it.each<[string, Partial<PackedMatrix>, string]>([
    ['a newer version', { version: 3 }, 'unsupported-version'],
    ['no codebook', { tensors: { encoding } }, 'file-tensor'],
    ['no encoding', { tensors: { codebook } }, 'file-tensor'],
    ['no config', { config: {} }, 'file-header'],
    ['a block size of 0', { config: { ...good.config, blockSize: 0 } }, 'file-header'],
    ['blocks longer than a row', { config: { ...good.config, blockSize: 7 } }, 'file-header'],
    ['half a level', { config: { ...good.config, levels: 2.5 } }, 'file-header'],
    ['more levels than blocks', { config: { ...good.config, levels: 6 } }, 'file-header'],
    ['levels as text', { config: { ...good.config, levels: '3' } }, 'file-header'],
    ['groups beyond the matrix', { config: { ...good.config, groupRows: 3 } }, 'file-header'],
    ['no blocks in a group', { config: { ...good.config, groupBlocks: 0 } }, 'file-header'],
    ['more rows than levels', { config: { ...good.config, levels: 1 } }, 'file-tensor'],
    ['another shape of the matrix', { shape: [20, 6], config: { ...good.config, groupRows: 20 } }, 'file-tensor'],
    ['a codebook for other blocks', { config: { ...good.config, blockSize: 3, groupBlocks: 1 } }, 'file-tensor'],
    [
      'a codebook that the groups cannot share',
      { tensors: { codebook: { shape: [3, 2], data: new Float32Array(6) }, encoding } },
      'file-tensor',
    ],
    [
      'an empty codebook',
      { tensors: { codebook: { shape: [0, 2], data: new Float32Array(0) }, encoding } },
      'file-tensor',
    ],
    [
      'a row that its codebook lacks',
      {
        tensors: {
          codebook: { shape: [6, 2], data: new Float32Array(12) },
          encoding: { shape: [2], data: Uint8Array.of(0b11, 0) },
        },
      },
      'file-tensor',
    ],
    ['codes as int32', { tensors: { codebook, encoding: { shape: [1], data: Int32Array.of(0) } } }, 'file-dtype'],
    [
      'a matrix beyond the limits',
      { shape: [2 ** 20, 2 ** 20], config: { blockSize: 1, levels: 2, groupRows: 1, groupBlocks: 1 } },
      'file-oversized',
    ],
  ])('refuses %s', (_, change, expected) => {
    expect(() => kMeansFormat.unpack({ ...good, ...change })).toThrow(
      expect.toSatisfy((error) => isGCompressError(error, expected)),
    );
  });
});

describe('pack', () => {
  it.each([
    [2, 1],
    [3, 2],
    [16, 4],
    [100, 7],
    [256, 8],
    [1000, 10],
  ])(
    'with %i levels stores 4 bytes for each codebook value, and at most the fewest bits for each block',
    (levels, bits) => {
      const compressed = kMeans({ allowLarger: true, levels }).compress(randomMatrix([40, 30]));
      expect(compressed.byteLength).toBeLessThanOrEqual(levels * 4 + Math.ceil((40 * 30 * bits) / 8));
      expect(kMeansFormat.unpack(compressed.pack())).toEqual(compressed.factors);
    },
  );

  it('stores codes with a prevailing value in fewer bits than packed codes', () => {
    const a = randomMatrix([64, 64]);
    const compressed = kMeans({ levels: 16, pruningFraction: 0.9 }).compress(a);
    const { tensors } = compressed.pack();
    expect(Object.keys(tensors)).toEqual(['codebook', 'coded-encoding']);
    expect(tensors['coded-encoding'].data.length).toBeLessThan((64 * 64) / 8);
    expect(kMeansFormat.unpack(compressed.pack())).toEqual(compressed.factors);
  });

  it('omits last rows that no codebook uses', () => {
    const a = matrix([2, 8], [1, 2, 1, 2, 1, 2, 1, 2, 5, 6, 7, 5, 6, 7, 5, 6]);
    const compressed = kMeans({ allowLarger: true, levels: 8, codebooks: { rows: 1 } }).compress(a);
    expect(compressed.factors.codebook.shape).toEqual([16, 1]);
    expect(compressed.pack().tensors.codebook.shape).toEqual([6, 1]);
    expect(kMeansFormat.unpack(compressed.pack())).toEqual(compressed.factors);
    expect(compressed.decompress()).toEqual(a);
  });
});

describe('lookup', () => {
  it.each([1, 3])('returns rows of the matrix, with blocks of %i', (blockSize) => {
    const compressed = kMeans({ allowLarger: true, levels: 5, blockSize, codebooks: { rows: 4 } }).compress(
      randomMatrix([10, 8]),
    );
    const dense = compressed.decompress();
    const rows = compressed.lookup([9, 0, 9]);
    expect([...rows.data]).toEqual([9, 0, 9].flatMap((row) => [...dense.data.subarray(row * 8, row * 8 + 8)]));
  });
});

describe('encode', () => {
  it.each([1, 4])('finds the nearest row of a trained codebook, with blocks of %i', (blockSize) => {
    const a = randomMatrix([16, 16]);
    const { factors, shape, config } = kMeans({ allowLarger: true, levels: 8, blockSize }).compress(a);
    // Training moves rows past each other
    const trained = Float32Array.from(factors.codebook.data).map((entry, at) => (at % 3 === 0 ? -entry : entry + 0.3));
    const codebook = { ...factors.codebook, data: trained };
    const blocks = { count: 256 / blockSize, size: blockSize, data: a.data, weights: undefined };
    const encoding = { ...factors.encoding, data: encode(blocks, trained) };
    const errorWith = (codes: typeof encoding) =>
      squaredError(
        a,
        createCompressedMatrix(kMeansFormat, { shape, config, factors: { codebook, encoding: codes } }).decompress(),
      );
    const best = errorWith(encoding);
    expect(best).toBeLessThan(errorWith({ ...factors.encoding, data: Int32Array.from(factors.encoding.data) }));
    for (let block = 0; block < blocks.count; block++) {
      for (const other of [0, 3, 7]) {
        const data = encoding.data.slice();
        data[block] = other;
        expect(errorWith({ ...encoding, data })).toBeGreaterThanOrEqual(best - 1e-6);
      }
    }
  });

  it('prefers the first row at equal distance, and the smallest value for single entries', () => {
    const scalars = { count: 3, size: 1, data: Float32Array.of(0, 2, 1), weights: undefined };
    expect([...encode(scalars, Float32Array.of(2, 0, 0, 2))]).toEqual([1, 0, 1]);
    const blocks = { count: 2, size: 2, data: Float32Array.of(0, 0, 1, 1), weights: undefined };
    expect([...encode(blocks, Float32Array.of(1, 0, 0, 1))]).toEqual([0, 0]);
  });
});
