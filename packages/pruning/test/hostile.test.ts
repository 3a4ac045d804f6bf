// Hostile files and options are refused with a GCompressError.
import { isGCompressError, type JsonObject, matrix, type PackedTensor } from '@gcompress/core';
import { describe, expect, it } from 'vitest';
import { pruned, prunedFormat, prunedKMeans, prunedKMeansFormat } from '../src/index.ts';

const gaps = { shape: [1], data: Uint8Array.of(0) };
const nothing = { shape: [0], data: new Float32Array(0) };
const config = { blockHeight: 1, blockWidth: 1 };

function refusal(action: () => unknown): unknown {
  try {
    action();
  } catch (error) {
    return isGCompressError(error) ? error.code : error;
  }
  return 'accepted';
}

describe.each([
  { format: prunedFormat, tensors: { values: nothing, gaps }, config },
  {
    format: prunedKMeansFormat,
    tensors: {
      codebook: { shape: [1], data: new Float32Array(1) },
      encoding: { shape: [0], data: new Uint8Array(0) },
      gaps,
    },
    config: { ...config, levels: 1 },
  },
])('a hostile file of $format.id', ({ format, tensors, config: good }) => {
  const unpack = (shape: readonly [number, number], own: JsonObject, stored: Record<string, PackedTensor> = tensors) =>
    format.unpack({ format: format.id, version: 1, shape, config: own, tensors: stored });

  it('may have an empty mask in few bytes, but not claim a matrix of a gibibyte', () => {
    expect(refusal(() => unpack([1024, 1024], good))).toBe('accepted');
    expect(refusal(() => unpack([16384, 16384], good))).toBe('file-oversized');
    expect(refusal(() => unpack([1024, 1025], good))).toBe('file-oversized');
  });

  it('is refused before a coded mask of a gibibyte is decoded', () => {
    const { gaps: _, ...others } = tensors as Record<string, PackedTensor>;
    const data = Uint8Array.of(4, 0, 0, 255, 255, 255, 255);
    const coded = { ...others, 'coded-mask': { shape: [data.length], data } };
    expect(refusal(() => unpack([16384, 16384], good, coded))).toBe('file-oversized');
    expect(refusal(() => unpack([1024, 1024], good, coded))).toBe('file-tensor');
  });

  it('is refused for a config that is no integer in range', () => {
    const values: readonly unknown[] = [
      { toString: 1 },
      {},
      [],
      null,
      'one',
      -1,
      0,
      1e300,
      0.5,
      Number.NaN,
      Number.POSITIVE_INFINITY,
    ];
    for (const name of Object.keys(good)) {
      for (const value of values) {
        expect(
          refusal(() => unpack([4, 4], { ...good, [name]: value as never })),
          `${name} ${value === null}`,
        ).toBe('file-header');
      }
    }
  });

  it('is refused for positions outside the matrix', () => {
    const outside = { ...tensors, gaps: { shape: [2], data: Uint8Array.of(28, 0xff) } };
    expect(refusal(() => unpack([2, 2], good, outside))).toBe('file-tensor');
  });
});

it('a sparsity object without options is refused', () => {
  for (const sparsity of [{}, { target: undefined }, null, [], 'half', () => 0.5]) {
    expect(refusal(() => pruned({ sparsity } as never))).toBe('invalid-option');
    expect(refusal(() => prunedKMeans({ sparsity } as never))).toBe('invalid-option');
  }
});

it('a matrix that a reader would refuse is not written', () => {
  const weights = matrix([1024, 1025], new Float32Array(1024 * 1025).fill(1));
  const sparse = (sparsity: number) => refusal(() => pruned({ sparsity }).compress(weights).pack());
  expect(sparse(0.9999)).toBe('accepted');
  expect(sparse(0.999999)).toBe('file-oversized');
});
