import { isGCompressError, type PackedMatrix, type PackedTensor } from '@gcompress/core';
import { describe, expect, it } from 'vitest';
import { lowRankFormat } from '../src/format.ts';

const floats = (...shape: number[]): PackedTensor => ({
  shape,
  data: new Float32Array(shape.reduce((size, side) => size * side, 1)).fill(0.5),
});

const good: PackedMatrix = {
  format: 'lowrank',
  version: 1,
  shape: [5, 4],
  config: {},
  tensors: { b: floats(5, 2), c: floats(2, 4) },
};

describe('unpack of lowRankFormat', () => {
  it('returns trainable factors', () => {
    const { b, c } = lowRankFormat.unpack(good);
    expect(b).toEqual({ shape: [5, 2], dtype: 'float32', trainable: true, data: good.tensors.b.data });
    expect(c).toEqual({ shape: [2, 4], dtype: 'float32', trainable: true, data: good.tensors.c.data });
  });

  it.each<[string, Partial<PackedMatrix>, string]>([
    ['a newer version', { version: 2 }, 'unsupported-version'],
    ['no version', { version: 0 }, 'unsupported-version'],
    ['no c', { tensors: { b: floats(5, 2) } }, 'file-tensor'],
    ['another shape of the matrix', { shape: [6, 4] }, 'file-tensor'],
    ['too few columns', { shape: [5, 5] }, 'file-tensor'],
    ['inner sides that differ', { tensors: { b: floats(5, 2), c: floats(3, 4) } }, 'file-tensor'],
    ['an inner side of 0', { tensors: { b: floats(5, 0), c: floats(0, 4) } }, 'file-tensor'],
    ['a factor of one axis', { tensors: { b: floats(10), c: floats(2, 4) } }, 'file-tensor'],
    ['integers', { tensors: { b: { shape: [5, 2], data: new Int32Array(10) }, c: floats(2, 4) } }, 'file-dtype'],
    [
      'fewer values than the shape has',
      { tensors: { b: { ...floats(5, 1), shape: [5, 2] }, c: floats(2, 4) } },
      'contract',
    ],
  ])('refuses %s', (_, change, expected) => {
    expect(() => lowRankFormat.unpack({ ...good, ...change })).toThrow(
      expect.toSatisfy((error) => isGCompressError(error, expected)),
    );
  });
});
