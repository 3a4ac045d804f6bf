// Reads the images of a folder at the size of a model's input. Unreadable ones are skipped up to a share.
import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { image, tensor3d, tidy } from '@tensorflow/tfjs-core';
import { inputError, messageOf } from '../process/refusals.ts';
import { type DecodedImage, imageDecoder } from './decode-image.ts';

/** Most values of all images together, as of arrays in files. */
const MOST_VALUES = 2 ** 28;
/** Unreadable files that an error names. */
const NAMED = 3;

/** The size of an input for images. */
export interface ImageSize {
  readonly height: number;
  readonly width: number;
  readonly channels: 1 | 3;
}

/** A file that is no image, and why. */
export interface UnreadableImage {
  readonly file: string;
  readonly reason: string;
}

/** The images that could be read, in order. */
export interface ReadImages {
  /** Values from 0 to 255, `[images, height, width, channels]`. */
  readonly pixels: Float32Array;
  /** Paths from the folder. */
  readonly files: readonly string[];
  readonly unreadable: readonly UnreadableImage[];
  /** Positions of `files` among all files. */
  readonly places: readonly number[];
}

/** What is read, and how. */
export interface ReadImagesOptions {
  readonly folder: string;
  /** Paths from the folder. */
  readonly files: readonly string[];
  readonly size: ImageSize;
  /** Largest part of the files that may be unreadable. */
  readonly maxUnreadable: number;
  readonly where: string;
  readonly onProgress?: (done: number) => void;
}

/**
 * Reads images and resizes them bilinearly, with the centres of pixels half a pixel from the edges as `tf.image.resize` of Python does; the
 * sides may shrink differently. A TensorFlow.js backend must have been started.
 *
 * @throws GCompressError `file-read` if too many files are unreadable, or for more than 2²⁸ values.
 */
export async function readImages(options: ReadImagesOptions): Promise<ReadImages> {
  const { folder, files, size, where, onProgress = () => {} } = options;
  const values = size.height * size.width * size.channels;
  if (files.length * values > MOST_VALUES) {
    throw inputError(where, `at most ${Math.floor(MOST_VALUES / values)} images of this size`, `${files.length}`);
  }
  const decode = await imageDecoder();
  const pixels = new Float32Array(files.length * values);
  const unreadable: UnreadableImage[] = [];
  const places: number[] = [];
  for (const [place, file] of files.entries()) {
    try {
      const decoded = await decode(await readFile(join(folder, file)));
      pixels.set(resized(decoded, size), places.length * values);
      places.push(place);
    } catch (cause) {
      unreadable.push({ file, reason: messageOf(cause) });
      assertShare(unreadable, options);
    }
    onProgress((place + 1) / files.length);
  }
  if (places.length === 0) throw inputError(where, 'an image that can be read', 'none');
  const read = places.map((place) => files[place] as string);
  return { pixels: pixels.subarray(0, places.length * values), files: read, unreadable, places };
}

/** Values from 0 to 255 at the size of the input; gray by the weights of ITU-R BT.601. */
function resized({ width, height, data }: DecodedImage, size: ImageSize): Float32Array {
  const colors = tidy(() =>
    image
      .resizeBilinear(tensor3d(Float32Array.from(data), [height, width, 3]), [size.height, size.width], false, true)
      .dataSync(),
  ) as Float32Array;
  if (size.channels === 3) return colors;
  return Float32Array.from({ length: colors.length / 3 }, (_, pixel) => {
    const [red, green, blue] = colors.subarray(3 * pixel, 3 * pixel + 3);
    return 0.299 * red + 0.587 * green + 0.114 * blue;
  });
}

/** Throws as soon as more files are unreadable than may be. */
function assertShare(unreadable: readonly UnreadableImage[], options: ReadImagesOptions): void {
  const { files, maxUnreadable, where } = options;
  if (unreadable.length <= maxUnreadable * files.length) return;
  const named = unreadable.slice(0, NAMED).map(({ file, reason }) => `'${file}' (${reason})`);
  throw inputError(
    where,
    `at most ${Math.floor(maxUnreadable * files.length)} unreadable images of ${files.length}`,
    `at least ${unreadable.length}, such as ${named.join(', ')}`,
    'Repair or remove them, or allow a larger part with --max-unreadable.',
  );
}
