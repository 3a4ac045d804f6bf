// Images of a folder as inputs of models: read at the size that a model takes, and preprocessed by name.

import { imageFiles } from '../images/image-files.ts';
import {
  needsColors,
  PREPROCESSING,
  PREPROCESSING_WORDS,
  type Preprocessing,
  preprocess,
} from '../images/preprocessing.ts';
import { type ImageSize, type ReadImages, readImages } from '../images/read-images.ts';
import type { RunnableModel } from '../models/run-model.ts';
import { withProgress } from '../output/progress.ts';
import { printable } from '../output/terminal-text.ts';
import { inputError, usageError } from '../process/refusals.ts';
import type { Surroundings } from '../process/surroundings.ts';
import type { GivenInputs, ImageOptions } from './input-types.ts';
import { labelsAt } from './labels.ts';
import type { PlainArray } from './plain-array.ts';

/** A folder of images, and how they become inputs. */
export interface ImageFolder extends ImageOptions {
  readonly folder: string;
  /** The name that the user gave. */
  readonly name: string;
}

const LARGEST_UNREADABLE = 0.1;

/**
 * The images of a folder.
 *
 * @throws GCompressError `invalid-option` without preprocessing; `file-read` for a folder without images.
 */
export async function imageInputs(source: ImageFolder, surroundings: Surroundings): Promise<GivenInputs> {
  const { name, folder, preprocess: change, maxUnreadable = LARGEST_UNREADABLE } = source;
  const where = `'${name}'`;
  if (change === undefined) {
    const hint = 'Models differ: the page of the model says what it takes.';
    throw usageError(`--inputs ${where}`, `--preprocess too, one of ${PREPROCESSING.join(', ')}`, 'none', hint);
  }
  const files = await imageFiles(folder, where);
  let read: (ReadImages & { readonly size: ImageSize; readonly input: PlainArray }) | undefined;
  const done = () => {
    if (read) return read;
    throw new Error('images are read for a model');
  };
  return {
    where,
    description: () => (read ? describe(source, read, change) : name),
    forModel: async (model) => {
      const { size, dtype } = inputOf(model, source);
      const isRead = read && read.size.height === size.height && read.size.width === size.width;
      if (!isRead || read?.size.channels !== size.channels) {
        if (size.channels === 1 && needsColors(change)) {
          throw usageError(`--preprocess ${change}`, 'a model that takes colours', 'one that takes gray images');
        }
        const images = await withProgress('reading images', surroundings, (onProgress) =>
          readImages({ folder, files, size, maxUnreadable, where, onProgress }),
        );
        read = { ...images, size, input: inputArray(images, size, change, dtype) };
        for (const { file, reason } of images.unreadable) {
          surroundings.stderr.write(`${printable(`skipped ${name}: ${file}: ${reason}`)}\n`);
        }
        surroundings.stderr.write(`${printable(`inputs: ${describe(source, read, change)}`)}\n`);
      }
      return [done().input];
    },
    labelsOf: (labels) => labelsAt(labels, done().places, files.length),
    pictures: () => ({ names: done().files, array: { ...done().input, dtype: 'float32', data: done().pixels } }),
    unreadable: () => done().unreadable,
  };
}

/** The size of the only input, channels last. */
function inputOf(model: RunnableModel, { name, imageSize }: ImageFolder) {
  const [input, ...others] = model.inputs;
  const [, height = null, width = null, channels = null] = input?.shape ?? [];
  const isImage = others.length === 0 && input?.shape?.length === 4 && (channels === 1 || channels === 3);
  if (!isImage || !input) {
    const shapes = model.inputs.map(({ shape }) => `[${(shape ?? []).map((side) => side ?? 'any').join(', ')}]`);
    const hint = 'Save the inputs as arrays, in the form that the model takes.';
    throw inputError(`'${name}'`, 'a model with one input [n, height, width, 1 or 3]', shapes.join(' and '), hint);
  }
  const sides = [height, width].map((side) => (side === null || side < 0 ? imageSize : side));
  const [rows, columns] = sides;
  if (rows === undefined || columns === undefined) {
    throw usageError(`--inputs '${name}'`, '--image-size too, as the model takes any size', 'none');
  }
  if (imageSize !== undefined && (rows !== imageSize || columns !== imageSize)) {
    throw usageError('--image-size', `the size that the model takes, ${rows} × ${columns}`, `${imageSize}`);
  }
  return { size: { height: rows, width: columns, channels } as ImageSize, dtype: input.dtype };
}

function inputArray({ pixels, files }: ReadImages, size: ImageSize, name: Preprocessing, dtype: string): PlainArray {
  const shape = [files.length, size.height, size.width, size.channels];
  const data = new Float32Array(pixels.length);
  preprocess(pixels, { name, channels: size.channels, target: data });
  if (dtype !== 'int32') return { shape, dtype: 'float32', data };
  return { shape, dtype: 'int32', data: Int32Array.from(data, Math.round) };
}

function describe(
  { name }: ImageFolder,
  { files, unreadable, size }: ReadImages & { readonly size: ImageSize },
  change: Preprocessing,
): string {
  const skipped = unreadable.length === 0 ? '' : `, ${unreadable.length} unreadable skipped`;
  const colors = size.channels === 1 ? ' in gray' : '';
  return `${files.length} images of ${name}${skipped}, resized to ${size.height} × ${size.width}${colors}, ${PREPROCESSING_WORDS[change]} (--preprocess ${change})`;
}
