// Reads a folder of IDX files, named as MNIST's are.
import { existsSync } from 'node:fs';
import { join } from 'node:path';
import { GCompressError } from '@gcompress/core';
import type { IdxArray } from './idx.ts';
import { readIdxFile } from './idx-file.ts';

/** The pictures to train with, or those to test with. */
export type Part = 'train' | 'test';

/** Grey pictures `[count, height, width]` and what they show, one byte each. */
export interface IdxPictures {
  readonly shape: readonly [count: number, height: number, width: number];
  readonly pixels: Uint8Array;
  /** `[count]`, from 0 to 9. */
  readonly labels: Uint8Array;
}

/** Whether the folder has the pictures of this part, in files named as MNIST's. */
export function hasIdxPictures(folder: string, part: Part): boolean {
  return pathOf(folder, imagesName(part)) !== undefined;
}

/**
 * Reads pictures and labels from a folder of files named as MNIST's, such as `train-images-idx3-ubyte`, with or without `.gz`.
 *
 * @throws GCompressError `file-read` for a missing file, `file-header` or `file-truncated` for a damaged one.
 */
export function readIdxFolder(folder: string, part: Part): IdxPictures {
  const images = read(folder, imagesName(part));
  const labels = read(folder, `${prefixOf(part)}-labels-idx1-ubyte`);
  const [count, height, width] = images.shape;
  if (images.shape.length !== 3 || labels.shape.length !== 1 || labels.data.length !== count) {
    throw new GCompressError('file-header', {
      where: folder,
      expected: 'as many labels as pictures',
      actual: `pictures [${images.shape.join(', ')}] and labels [${labels.shape.join(', ')}]`,
    });
  }
  const wrong = labels.data.findIndex((label) => label > 9);
  if (wrong >= 0) {
    throw new GCompressError('file-header', {
      where: `${folder}, label ${wrong}`,
      expected: 'a class from 0 to 9',
      actual: `${labels.data[wrong]}`,
    });
  }
  return { shape: [count, height, width], pixels: images.data, labels: labels.data };
}

function read(folder: string, name: string): IdxArray {
  const path = pathOf(folder, name);
  if (path !== undefined) return readIdxFile(path);
  throw new GCompressError('file-read', {
    where: folder,
    expected: `a file ${name}, or the same with .gz`,
    actual: 'none',
  });
}

function pathOf(folder: string, name: string): string | undefined {
  return [name, `${name}.gz`].map((file) => join(folder, file)).find((path) => existsSync(path));
}

const prefixOf = (part: Part) => (part === 'train' ? 'train' : 't10k');
const imagesName = (part: Part) => `${prefixOf(part)}-images-idx3-ubyte`;
