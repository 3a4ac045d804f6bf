// k-means of blocks with these kernels: errors as small as those of the portable ones, and the same bytes every time.
import { createRandom, matrix, relativeError, serialize } from '@gcompress/core';
import { kMeans } from '@gcompress/kmeans';
import { describe, expect, it } from 'vitest';
import { wasmKernels } from '../src/index.ts';

const kernels = await wasmKernels();
const random = createRandom(1);
const weights = matrix(
  [96, 60],
  Float32Array.from({ length: 96 * 60 }, () => random.normal() ** 3),
);

describe.each([2, 3, 7, 16])('kMeans with blocks of %i', (blockSize) => {
  const compressor = kMeans({ levels: 24, blockSize, allowLarger: true });

  it('has the error of the portable computation', () => {
    const portable = relativeError(weights, compressor.compress(weights).decompress());
    const error = relativeError(weights, compressor.compress(weights, { kernels }).decompress());
    expect(Math.abs(error / portable - 1)).toBeLessThan(0.02);
  });

  it('gives the same bytes again', () => {
    const bytes = () => serialize({ weights: compressor.compress(weights, { kernels }) });
    expect(bytes()).toEqual(bytes());
  });

  it('is exact with as many levels as blocks, and keeps zero blocks', () => {
    const part = matrix([12, 14], weights.data.slice(0, 168));
    part.data.fill(0, 0, 14);
    const exact = kMeans({ bits: 8, blockSize, allowLarger: true }).compress(part, { kernels });
    expect(exact.decompress()).toEqual(part);
  });
});

it('kMeans stops when it is aborted', () => {
  const controller = new AbortController();
  const large = matrix(
    [256, 256],
    Float32Array.from({ length: 65_536 }, () => random.normal()),
  );
  let calls = 0;
  const onProgress = () => {
    if (++calls === 5) controller.abort(new Error('enough'));
  };
  expect(() =>
    kMeans({ levels: 64, blockSize: 4 }).compress(large, { kernels, onProgress, signal: controller.signal }),
  ).toThrow('enough');
});
