// Small files that claim large projections are refused.
import { isGCompressError, type PackedMatrix } from '@gcompress/core';
import { expect, it } from 'vitest';
import { simhash, simhashFormat } from '../src/index.ts';

const code = (expected: string) => expect.toSatisfy((error) => isGCompressError(error, expected));
const config = { planes: 'orthogonal', seed: 1, bits: 1024, trainableScales: false };
const packed = (changes: object): PackedMatrix => ({
  format: 'simhash',
  version: 1,
  shape: [65_536, 1],
  config: { ...config, ...changes },
  tensors: {
    signs: { shape: [128], data: new Uint8Array(128) },
    scales: { shape: [1], data: new Float32Array(1) },
  },
});

it.each(['orthogonal', 'gaussian'])(
  'a file of 132 bytes cannot make a reader draw 67 million values of %s planes',
  (planes) => {
    expect(() => simhashFormat.unpack(packed({ planes }))).toThrow(code('file-oversized'));
  },
);

it('a plan refuses every size that a reader refuses', () => {
  const compressor = simhash({ bits: 1024, allowLarger: true });
  expect(() => compressor.plan([65_536, 1])).toThrow(code('file-oversized'));
  expect(compressor.plan([4096, 1024]).config.bits).toBe(1024);
});

it.each(Object.keys(config))('a config whose %s has a wrong type or range is refused', (name) => {
  for (const value of [-1, 0.5, 2 ** 60, null, '4', [4], { toString: 1 }, { valueOf: 4 }]) {
    expect(() => simhashFormat.unpack(packed({ [name]: value }))).toThrow(code('file-header'));
  }
});

it('changing the file after reading does not change the factors', () => {
  const fitted = simhash({ bits: 2, planes: 'fitted' }).compress({
    shape: [8, 40],
    data: new Float32Array(320).fill(1),
  });
  const stored = fitted.pack();
  const factors = simhashFormat.unpack(stored);
  const before = Object.values(factors).map(({ data }) => data.slice());
  for (const { data } of Object.values(stored.tensors)) data.fill(0);
  expect(Object.values(factors).map(({ data }) => data)).toEqual(before);
});
