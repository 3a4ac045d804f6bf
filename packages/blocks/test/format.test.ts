import { isGCompressError, type PackedMatrix, type PackedTensor } from '@gcompress/core';
import { describe, expect, it } from 'vitest';
import { blockDiagonalFormat, inputOutputFormat, mixedBlockFormat } from '../src/format.ts';
import { blockDiagonal } from '../src/index.ts';

const floats = (...shape: number[]): PackedTensor => ({
  shape,
  data: new Float32Array(shape.reduce((size, side) => size * side, 1)).fill(0.5),
});

const integers: PackedTensor = { shape: [2, 6, 4], data: new Int32Array(48) };

const code = (expected: string) => expect.toSatisfy((error) => isGCompressError(error, expected));

type Change = readonly [string, Partial<PackedMatrix>, string];

const versions: readonly Change[] = [
  ['a newer version', { version: 2 }, 'unsupported-version'],
  ['no version', { version: 0 }, 'unsupported-version'],
];

const counts: readonly Change[] = [
  ['no number of blocks', { config: { order: 'contiguous' } }, 'file-header'],
  ['zero blocks', { config: { blocks: 0, order: 'contiguous' } }, 'file-header'],
  ['a part of a block', { config: { blocks: 0.5, order: 'contiguous' } }, 'file-header'],
  ['blocks as text', { config: { blocks: '2', order: 'contiguous' } }, 'file-header'],
  ['blocks that do not divide the columns', { config: { blocks: 3, order: 'contiguous' } }, 'file-header'],
  ['blocks that do not divide the rows', { config: { blocks: 8, order: 'contiguous' } }, 'file-header'],
  ['more blocks than are stored', { config: { blocks: 4, order: 'contiguous' } }, 'file-tensor'],
  ['another shape of the matrix', { shape: [14, 8] }, 'file-tensor'],
];

describe('blockDiagonalFormat.unpack', () => {
  const good: PackedMatrix = {
    format: 'block-diagonal',
    version: 1,
    shape: [12, 8],
    config: { blocks: 2 },
    tensors: { blocks: floats(2, 6, 4) },
  };

  it('gives trainable blocks, and an identity that is not stored', () => {
    const factors = blockDiagonalFormat.unpack(good);
    expect(factors.blocks).toEqual({ ...good.tensors.blocks, dtype: 'float32', trainable: true });
    const identity = { shape: [2, 2], dtype: 'float32', trainable: false, data: Float32Array.of(1, 0, 0, 1) };
    expect(factors.identity).toEqual(identity);
    expect(Object.keys(blockDiagonalFormat.pack({ ...good, factors }))).toEqual(['blocks']);
  });

  it.each([
    ...versions,
    ...counts,
    ['no blocks', { tensors: {} }, 'file-tensor'],
    ['integers', { tensors: { blocks: integers } }, 'file-dtype'],
    ['fewer values than the shape has', { tensors: { blocks: { ...floats(2, 6), shape: [2, 6, 4] } } }, 'contract'],
  ] satisfies Change[])('refuses %s', (_, change, expected) => {
    expect(() => blockDiagonalFormat.unpack({ ...good, ...change })).toThrow(code(expected));
  });
});

it('blockDiagonalFormat gives no identity that is far larger than the blocks that are stored, nor is one written', () => {
  for (const [count, height, fits] of [
    [1024, 1, true],
    [1025, 1, false],
    [2048, 1, false],
    [2048, 2, true],
    [8192, 1, false],
  ] as const) {
    const packed: PackedMatrix = {
      format: 'block-diagonal',
      version: 1,
      shape: [count * height, count],
      config: { blocks: count },
      tensors: { blocks: floats(count, height, 1) },
    };
    const plan = () => blockDiagonal({ blocks: count }).plan(packed.shape);
    if (fits) {
      expect(blockDiagonalFormat.unpack(packed).identity.data.length).toBe(count ** 2);
      expect(plan).not.toThrow();
      expect(() => blockDiagonalFormat.unpack(packed, { maxElements: count })).toThrow(code('file-oversized'));
    } else {
      expect(() => blockDiagonalFormat.unpack(packed)).toThrow(code('file-oversized'));
      expect(plan).toThrow(code('file-oversized'));
    }
  }
});

describe('mixedBlockFormat.unpack', () => {
  const good: PackedMatrix = {
    format: 'mixed-block',
    version: 1,
    shape: [12, 8],
    config: { blocks: 2, order: 'contiguous' },
    tensors: { blocks: floats(2, 6, 4), mixer: floats(2, 2) },
  };

  it('gives trainable factors', () => {
    const { blocks, mixer } = mixedBlockFormat.unpack(good);
    expect(blocks).toEqual({ ...good.tensors.blocks, dtype: 'float32', trainable: true });
    expect(mixer).toEqual({ ...good.tensors.mixer, dtype: 'float32', trainable: true });
  });

  it.each([
    ...versions,
    ...counts,
    ['no order', { config: { blocks: 2 } }, 'file-header'],
    ['another order', { config: { blocks: 2, order: 'shuffled' } }, 'file-header'],
    ['no mixer', { tensors: { blocks: floats(2, 6, 4) } }, 'file-tensor'],
    ['a mixer of another size', { tensors: { blocks: floats(2, 6, 4), mixer: floats(3, 2) } }, 'file-tensor'],
    ['integers', { tensors: { blocks: integers, mixer: floats(2, 2) } }, 'file-dtype'],
  ] satisfies Change[])('refuses %s', (_, change, expected) => {
    expect(() => mixedBlockFormat.unpack({ ...good, ...change })).toThrow(code(expected));
  });
});

describe('inputOutputFormat.unpack', () => {
  const sides = { input: { block: 4, factor: 2 }, output: { block: 8, factor: 4 } };
  const good: PackedMatrix = {
    format: 'input-output',
    version: 1,
    shape: [12, 8],
    config: sides,
    tensors: { b: floats(4, 2), c: floats(6, 2), d: floats(2, 8) },
  };

  it('gives trainable factors, and only those of the sides that are shortened', () => {
    const factors = inputOutputFormat.unpack(good);
    for (const name of ['b', 'c', 'd']) {
      expect(factors[name]).toEqual({ ...good.tensors[name], dtype: 'float32', trainable: true });
    }
    const neither = { ...good, config: { input: null, output: null }, tensors: { c: floats(12, 8) } };
    expect(Object.keys(inputOutputFormat.unpack(neither))).toEqual(['c']);
  });

  it.each([
    ...versions,
    ['no input', { config: { output: sides.output } }, 'file-header'],
    ['an input that is a number', { config: { ...sides, input: 2 } }, 'file-header'],
    ['an output that is a list', { config: { ...sides, output: [8, 4] } }, 'file-header'],
    ['a block that does not divide the rows', { config: { ...sides, input: { block: 5, factor: 1 } } }, 'file-header'],
    ['a block of 0', { config: { ...sides, input: { block: 0, factor: 1 } } }, 'file-header'],
    [
      'a factor that does not divide the block',
      { config: { ...sides, output: { block: 8, factor: 3 } } },
      'file-header',
    ],
    ['no factor', { config: { ...sides, output: { block: 8 } } }, 'file-header'],
    ['another block than is stored', { config: { ...sides, input: { block: 2, factor: 2 } } }, 'file-tensor'],
    ['another factor than is stored', { config: { ...sides, output: { block: 8, factor: 2 } } }, 'file-tensor'],
    ['another shape of the matrix', { shape: [16, 8] }, 'file-tensor'],
    ['no b', { tensors: { c: floats(6, 2), d: floats(2, 8) } }, 'file-tensor'],
    ['integers', { tensors: { ...good.tensors, c: { shape: [6, 2], data: new Int32Array(12) } } }, 'file-dtype'],
  ] satisfies Change[])('refuses %s', (_, change, expected) => {
    expect(() => inputOutputFormat.unpack({ ...good, ...change })).toThrow(code(expected));
  });
});
