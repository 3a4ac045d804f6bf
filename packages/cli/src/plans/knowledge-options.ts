// The options for what a compression knows besides the weights: unlabelled inputs, or noise in their place.
import type { ImageOptions } from '../inputs/input-types.ts';
import type { RunOptions } from '../models/run-model.ts';
import { usageError } from '../process/refusals.ts';

/** Where inputs come from, and what is done with them. */
export interface KnowledgeOptions extends RunOptions, ImageOptions {
  /** A file with unlabelled inputs, a module that yields them, or a folder of images. */
  readonly inputs?: string;
  /** The smallest and largest value of noise in the place of inputs. */
  readonly noise?: readonly [number, number];
  /** Where errors count, as the option `at` of `channelGains`. */
  readonly gainsAt?: readonly string[];
  /** Whether weights are compressed one after the other, each for its inputs in the network compressed so far. */
  readonly sequential?: boolean;
  readonly batchSize: number;
}

/**
 * Whether the model runs, on inputs or on noise.
 *
 * @throws GCompressError `invalid-option` for inputs and noise together, for `sequential` or `gainsAt` without either, and for preprocessed noise.
 */
export function isObserved({ inputs, noise, sequential, gainsAt, preprocess }: KnowledgeOptions): boolean {
  const isGiven = inputs !== undefined;
  if (isGiven && noise) throw usageError('compress', '--inputs or --noise', 'both of them');
  if (noise && preprocess !== undefined) throw usageError('--preprocess', 'a folder of images in --inputs', 'noise');
  if (sequential && !isGiven && !noise)
    throw usageError('compress --sequential', '--inputs or --noise', 'neither of them');
  if (gainsAt && !isGiven && !noise) throw usageError('compress --gains-at', '--inputs or --noise', 'neither of them');
  return isGiven || noise !== undefined;
}
