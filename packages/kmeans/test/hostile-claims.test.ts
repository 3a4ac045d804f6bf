// Small files that claim huge codebooks are refused.
import { isGCompressError, type JsonObject, type PackedMatrix } from '@gcompress/core';
import { expect, it } from 'vitest';
import { kMeansFormat } from '../src/index.ts';

const code = (expected: string) => expect.toSatisfy((error) => isGCompressError(error, expected));
const rows = 65_536;
const config: JsonObject = { blockSize: 4096, levels: 65_536, groupRows: rows, groupBlocks: 1 };
const packed = (changes: object): PackedMatrix => ({
  format: 'kmeans',
  version: 1,
  shape: [rows, 4096],
  config: { ...config, ...changes },
  tensors: {
    codebook: { shape: [1, 4096], data: new Float32Array(4096) },
    encoding: { shape: [rows / 8], data: new Uint8Array(rows / 8) },
  },
});

it('a claim of a gibibyte of codebooks with one stored row is refused', () => {
  expect(() => kMeansFormat.unpack(packed({}))).toThrow(code('file-oversized'));
  expect(kMeansFormat.unpack(packed({ levels: 2 })).codebook.shape).toEqual([2, 4096]);
});

it('a writer stores as many rows as a reader requires', () => {
  const factors = {
    codebook: { shape: [8192, 2056], dtype: 'float32', trainable: true, data: new Float32Array(8192 * 2056) },
    encoding: { shape: [8192, 1], dtype: 'int32', trainable: false, data: new Int32Array(8192) },
  } as const;
  const shape = [8192, 2056] as const;
  const own = { blockSize: 2056, levels: 8192, groupRows: 8192, groupBlocks: 1 };
  const tensors = kMeansFormat.pack({ shape, config: own, factors });
  expect(tensors.codebook.shape).toEqual([8, 2056]);
  const read = kMeansFormat.unpack({ format: 'kmeans', version: 1, shape, config: own, tensors });
  expect(read.codebook.shape).toEqual([8192, 2056]);
});

it.each(Object.keys(config))('a config whose %s has a wrong type or range is refused', (name) => {
  for (const value of [-1, 0, 0.5, 2 ** 40, Number.NaN, null, '4', [4], { toString: 1 }, { valueOf: 4 }]) {
    expect(() => kMeansFormat.unpack(packed({ [name]: value }))).toThrow(code('file-header'));
  }
});
