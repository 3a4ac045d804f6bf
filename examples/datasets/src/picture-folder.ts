// Reads pictures from a folder in CIFAR-10's or MNIST's form.
import { GCompressError } from '@gcompress/core';
import { cifar10Folder, readCifar10 } from './cifar10.ts';
import { hasIdxPictures, type IdxPictures, type Part, readIdxFolder } from './idx-folder.ts';
import { CHANNELS, type Pictures, SIDE } from './pictures.ts';

/** The code of the error for a folder without pictures. */
export const NO_PICTURES = 'example-datasets/no-pictures';

/**
 * The pictures of a folder with CIFAR-10's binary batches, or with IDX files named as MNIST's (also `.gz`). Grey ones are padded
 * with black to 32 × 32 and repeated in all three colours.
 *
 * @throws GCompressError {@link NO_PICTURES} when the folder has neither; otherwise as the reader of the files does.
 */
export function pictures(folder: string, part: Part): Pictures {
  const batches = cifar10Folder(folder);
  if (batches !== undefined) return readCifar10(batches, part);
  if (hasIdxPictures(folder, part)) return inColour(readIdxFolder(folder, part), folder);
  throw new GCompressError(NO_PICTURES, {
    where: `data folder '${folder}'`,
    expected: "CIFAR-10's binary batches (data_batch_1.bin …) or IDX files (train-images-idx3-ubyte …, also .gz)",
    actual: 'neither',
  });
}

function inColour({ shape: [count, height, width], pixels, labels }: IdxPictures, folder: string): Pictures {
  if (height > SIDE || width > SIDE) {
    throw new GCompressError('file-header', {
      where: folder,
      expected: `pictures of at most ${SIDE} × ${SIDE}`,
      actual: `${height} × ${width}`,
    });
  }
  const top = (SIDE - height) >> 1;
  const left = (SIDE - width) >> 1;
  const coloured = new Uint8Array(count * SIDE * SIDE * CHANNELS);
  for (let i = 0, from = 0; i < count; i++) {
    for (let row = 0; row < height; row++) {
      const to = ((i * SIDE + top + row) * SIDE + left) * CHANNELS;
      for (let at = to; at < to + width * CHANNELS; at += CHANNELS) coloured.fill(pixels[from++], at, at + CHANNELS);
    }
  }
  return { count, pixels: coloured, labels };
}
