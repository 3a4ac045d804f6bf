// The types of inputs that a user named: arrays of a file, the batches of a module, or the images of a folder.
import type { Preprocessing } from '../images/preprocessing.ts';
import type { UnreadableImage } from '../images/read-images.ts';
import type { RunnableModel } from '../models/run-model.ts';
import type { PlainArray } from './plain-array.ts';

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
  /** Where the inputs come from and what was done to them, in words; for images and modules complete once they are read. */
  readonly description: () => string;
  /**
   * One array for each input of the model. Images are read once for each size, modules once. A backend must have been started.
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
