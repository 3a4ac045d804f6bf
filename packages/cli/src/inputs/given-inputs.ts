// The inputs that a user named: arrays of a file, or the images of a folder.
import { stat } from 'node:fs/promises';
import { resolve } from 'node:path';
import type { RunnableModel } from '../models/run-model.ts';
import { inputError, usageError } from '../process/refusals.ts';
import type { Surroundings } from '../process/surroundings.ts';
import type { Preprocessing } from './images/preprocessing.ts';
import type { UnreadableImage } from './images/read-images.ts';
import { arrayInputs } from './model-inputs.ts';
import type { PlainArray } from './plain-array.ts';
import { readArrays } from './read-arrays.ts';

/** How images become inputs. */
export interface ImageOptions {
  /** What happens to the values from 0 to 255; images need it. */
  readonly preprocess?: Preprocessing;
  /** Height and width in pixels for a model that takes images of any size. */
  readonly imageSize?: number;
  /** Largest part of the images that may be unreadable. Default 0.1. */
  readonly maxUnreadable?: number;
}

/** Inputs for models with the same input. */
export interface GivenInputs {
  /** The name of the file or folder, in quotes, for errors. */
  readonly where: string;
  /** Where the inputs come from and what was done to them, in words; for images complete once they are read. */
  readonly description: () => string;
  /**
   * One array for each input of the model. Images are read once for each size. A backend must have been started.
   *
   * @throws GCompressError `file-read` if the inputs do not fit the model, or cannot be read.
   */
  readonly forModel: (model: RunnableModel) => Promise<PlainArray[]>;
  /** Labels without those of unreadable images; `forModel` must have been called. */
  readonly labelsOf: (labels: PlainArray) => PlainArray;
  /** For images: their names, and RGB or gray values from 0 to 255, `[n, height, width, channels]`. */
  readonly pictures?: () => { readonly names: readonly string[]; readonly array: PlainArray };
  /** For images: the files that were skipped. */
  readonly unreadable?: () => readonly UnreadableImage[];
}

/**
 * Finds the named inputs. Files with arrays are read, images once a model asks for them.
 *
 * @throws GCompressError `file-read` if they are missing or damaged; `invalid-option` for images without preprocessing, or arrays with it.
 */
export async function givenInputs(
  name: string,
  options: ImageOptions,
  surroundings: Surroundings,
): Promise<GivenInputs> {
  const where = `'${name}'`;
  const path = resolve(surroundings.cwd, name);
  const isFolder = await stat(path).then(
    (info) => info.isDirectory(),
    () => false,
  );
  if (isFolder) {
    const { imageInputs } = await import('./images/image-inputs.ts');
    return imageInputs({ ...options, folder: path, name }, surroundings);
  }
  for (const [option, value] of Object.entries({ preprocess: options.preprocess, 'image-size': options.imageSize })) {
    if (value !== undefined) throw usageError(`--${option}`, 'a folder of images in --inputs', `the file ${where}`);
  }
  const arrays = await readArrays(name, surroundings.cwd);
  return {
    where,
    description: () => `${name}, unchanged`,
    forModel: async (model) => arrayInputs(model, arrays, where),
    labelsOf: (labels) => labels,
  };
}

/**
 * The labels of a file.
 *
 * @throws GCompressError `file-read` if it cannot be read; `invalid-option` for several arrays.
 */
export async function readLabels(name: string, { cwd }: Pick<Surroundings, 'cwd'>): Promise<PlainArray> {
  const [labels, ...others] = (await readArrays(name, cwd)).values();
  if (labels && others.length === 0) return labels;
  throw usageError(`'${name}'`, 'one array of labels', `${others.length + 1}`);
}

/** Labels at some places of all examples. */
export function labelsAt(labels: PlainArray, places: readonly number[], examples: number): PlainArray {
  const { shape, dtype, data } = labels;
  if (shape[0] !== examples) {
    throw inputError('labels', `${examples} labels, one for each image in the order of names`, `${shape[0] ?? 0}`);
  }
  const width = data.length / examples;
  const kept = data.slice(0, places.length * width);
  for (const [to, from] of places.entries()) kept.set(data.subarray(from * width, (from + 1) * width), to * width);
  return { shape: [places.length, ...shape.slice(1)], dtype, data: kept };
}
