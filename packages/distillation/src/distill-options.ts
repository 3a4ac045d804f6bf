// Options of distill, with checks and defaults.
import { GCompressError } from '@gcompress/core';
import { assertKnownOptions, assertNumber, assertOneOf, assertSeed, assertType } from '@gcompress/core/checks';
import type { io, Tensor } from '@tensorflow/tfjs-core';
import type { LayersModel } from '@tensorflow/tfjs-layers';
import { type DistillationLoss, LOSSES } from './targets/losses.ts';

/** The function that errors name. */
export const WHERE = 'distill';

/** Options of {@link distill}. */
export interface DistillOptions {
  /** The original model, whose outputs are the targets; it is not changed. */
  readonly teacher: LayersModel;
  /** Unlabelled inputs: one tensor of samples for each input of the model; they are not disposed. */
  readonly inputs: Tensor | readonly Tensor[];
  /** Steps of the training, one batch each. Default 300. Not together with `epochs`. */
  readonly steps?: number;
  /** Passes over the inputs, instead of steps. */
  readonly epochs?: number;
  /** Samples of a step. Default 64, or all if there are fewer. */
  readonly batchSize?: number;
  /** First learning rate of Adam; it falls to 0 in half a cosine wave. Default 3e-3. */
  readonly learningRate?: number;
  /** How outputs are compared. Default `'crossEntropy'` if all outputs of the teacher are probabilities, otherwise `'squared'`. */
  readonly loss?: DistillationLoss;
  /** Softens the probabilities of `'crossEntropy'`, at least 1. Default 2. */
  readonly temperature?: number;
  /** Names of layers whose outputs are targets too, compared by their squared difference. Default none. */
  readonly hidden?: readonly string[];
  /** Whether the levels of uniform quantisation train, or only their steps. Default true. */
  readonly trainLevels?: boolean;
  /** Part of the inputs that the training does not see, above 0 and below 1. The errors are measured on it. Default 0.1. */
  readonly heldOut?: number;
  /** Measurements of the error without a better one after which the training ends; 20 measurements are made in all. Default 10. */
  readonly patience?: number;
  /** Seed of the order of the inputs, an integer from 0 to 2³² − 1. Default 0. */
  readonly seed?: number;
  /** Saves the state of the training at each of the 20 measurements, such as `modelFolder('run/last')` of `@gcompress/tfjs/files`. */
  readonly checkpoint?: io.IOHandler;
  /**
   * Loads such a state. The training continues bit for bit with the same model, teacher, inputs, options and backend; other ones are refused where
   * they show.
   */
  readonly resume?: io.IOHandler;
  /** Stops the work between two batches; its reason is thrown. */
  readonly signal?: AbortSignal;
  /** Called with the fraction that is done, from 0 to 1. */
  readonly onProgress?: (done: number) => void;
}

/**
 * The options with their defaults, checked.
 *
 * @throws GCompressError `invalid-option` and `unknown-option`.
 */
export function completeOptions(options: DistillOptions) {
  const known = ['teacher', 'inputs', 'steps', 'epochs', 'batchSize', 'learningRate', 'loss', 'temperature', 'hidden'];
  assertKnownOptions(WHERE, options, [
    ...known,
    ...['trainLevels', 'heldOut', 'patience', 'seed', 'checkpoint', 'resume', 'signal', 'onProgress'],
  ]);
  const { teacher, inputs, steps, epochs, loss, signal, onProgress } = options;
  const { batchSize = 64, learningRate = 3e-3, temperature = 2, hidden = [], trainLevels = true } = options;
  const { heldOut = 0.1, patience = 10, seed = 0 } = options;
  if (steps !== undefined && epochs !== undefined) {
    throw new GCompressError('invalid-option', { where: WHERE, expected: 'steps or epochs', actual: 'both' });
  }
  if (steps !== undefined) assertNumber(WHERE, 'steps', steps, { min: 1, integer: true });
  if (epochs !== undefined) assertNumber(WHERE, 'epochs', epochs, { min: 1, integer: true });
  assertNumber(WHERE, 'batchSize', batchSize, { min: 1, integer: true });
  assertNumber(WHERE, 'learningRate', learningRate, { min: 1e-9, max: 1 });
  assertNumber(WHERE, 'temperature', temperature, { min: 1, max: 1000 });
  assertNumber(WHERE, 'heldOut', heldOut, { min: 1e-6, max: 0.999 });
  assertNumber(WHERE, 'patience', patience, { min: 1, integer: true });
  assertSeed(seed, WHERE);
  if (loss !== undefined) assertOneOf(WHERE, 'loss', loss, LOSSES);
  if (loss !== undefined && loss !== 'crossEntropy' && options.temperature !== undefined) {
    throw new GCompressError('invalid-option', {
      where: `${WHERE} temperature`,
      expected: "a temperature with the loss 'crossEntropy' only",
      actual: `the loss '${loss}'`,
    });
  }
  if (!Array.isArray(hidden) || !hidden.every((name) => typeof name === 'string')) {
    throw new GCompressError('invalid-option', {
      where: `${WHERE} hidden`,
      expected: 'a list of names',
      actual: 'others',
    });
  }
  const { checkpoint, resume } = options;
  if (checkpoint !== undefined) assertHandler('checkpoint', 'save', checkpoint);
  if (resume !== undefined) assertHandler('resume', 'load', resume);
  assertOneOf(WHERE, 'trainLevels', trainLevels, [true, false]);
  if (signal !== undefined) {
    assertType(WHERE, 'signal', signal, 'object', 'Pass the signal of an AbortController.');
    assertType(`${WHERE} signal`, 'throwIfAborted', signal.throwIfAborted, 'function');
  }
  if (onProgress !== undefined) assertType(WHERE, 'onProgress', onProgress, 'function');
  return {
    teacher,
    inputs,
    steps,
    epochs,
    batchSize,
    learningRate,
    loss,
    temperature,
    hidden,
    trainLevels,
    heldOut,
    patience,
    seed,
    checkpoint,
    resume,
    signal,
    onProgress,
  };
}

function assertHandler(option: string, method: 'save' | 'load', handler: io.IOHandler): void {
  assertType(WHERE, option, handler, 'object', 'Pass an IOHandler, such as modelFolder of @gcompress/tfjs/files.');
  assertType(`${WHERE} ${option}`, method, handler[method], 'function');
}
