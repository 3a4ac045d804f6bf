// One pass over unlabelled inputs, which sums the second moments of what each matrix of a model multiplies.
import { GCompressError, type InputMoments, reportProgress } from '@gcompress/core';
import { assertKnownOptions, assertNumber, assertSeed, assertType, describeValue } from '@gcompress/core/checks';
import type { LayersModel } from '@tensorflow/tfjs-layers';
import { type Calibration, type InputSums, warningsOf } from './calibration/calibration.ts';
import { type CalibratedGraph, isGraphModel } from './graph/calibrated-graph.ts';
import { observedGraphModel } from './graph/observed-graph-model.ts';
import { inputBatches, type ModelInputs } from './inputs/input-batches.ts';
import { isLayersModel, observedLayersModel } from './layers/taps.ts';
import type { ObservedModel } from './observed/observed.ts';
import { emptySums } from './sums/empty-sums.ts';
import { momentBytes, type Sums } from './sums/sums.ts';

/** Options of {@link calibrate}. */
export interface CalibrateOptions {
  /** Samples that the model sees at a time, where `inputs` are tensors of many. Default 8, or as many as the model fixes. */
  readonly batchSize?: number;
  /** The most positions of a convolution, or rows of a Dense layer, that are taken from a batch. Default 2048. */
  readonly rowsPerBatch?: number;
  /** Bytes that all moments may take; each takes 8·m² for m inputs. Default 1 GiB. */
  readonly maxBytes?: number;
  /**
   * Of graph models: bytes of the outputs of nodes that are held at a time. More are computed in further runs over the batch, of at least
   * one output each. Sizes are known after the first batch, which takes eight outputs at a time. Default 256 MiB.
   */
  readonly maxOutputBytes?: number;
  /** Seed of the positions that are taken, an integer from 0 to 2³² − 1. Default 0. */
  readonly seed?: number;
  /** Ends the work between two batches; its reason is thrown. */
  readonly signal?: AbortSignal;
  /** Called with the part of the batches that is done, from 0 to 1; with 0 until the end where their number is not known. */
  readonly onProgress?: (done: number) => void;
}

/**
 * Runs a trained model over unlabelled inputs and sums `xᵀx` over the inputs x of its matrices. Of layers models: Dense, Conv1D, Conv2D,
 * depthwise, separable and transposed convolutions, recurrent kernels and their states, embeddings; nested and shared layers included. Of
 * graph models: products, convolutions and tables with a constant, outside of functions and control flow. A layers model is watched during
 * the call and is the same afterwards; nothing else may use it meanwhile.
 *
 * @param inputs tensors with a batch axis, one for each input of the model, or an iterable or a `tf.data` dataset of such batches. The
 *   caller keeps what it gave; batches of a dataset are disposed.
 * @throws GCompressError `invalid-option` for anything but a model and its inputs, `shape-mismatch` for inputs of another shape,
 *   `non-finite` for NaN or infinity in an input, `unsupported` when the model cannot predict the inputs; the signal's reason when aborted.
 */
export async function calibrate(
  model: LayersModel | CalibratedGraph,
  inputs: ModelInputs,
  options: CalibrateOptions = {},
): Promise<Calibration> {
  const { batchSize, rowsPerBatch, maxBytes, maxOutputBytes, seed, signal, onProgress } = checkedOptions(options);
  const observedModel = await observedModelOf(model, maxOutputBytes);
  const { sums, skipped } = withinMemory(observedModel, maxBytes);
  const weights = new Set(sums.keys());
  let samples = 0;
  for await (const { tensors, size, done } of inputBatches(observedModel.inputs, inputs, batchSize)) {
    reportProgress({ signal, onProgress }, done);
    // The seed and the place decide, so that two models are seen at the same positions
    const sampling = { most: rowsPerBatch, seed: (seed + samples) >>> 0 };
    await observedModel.run({
      tensors,
      weights,
      ...sampling,
      take: async (weight, rows) => sums.get(weight)?.add(rows),
    });
    samples += size;
  }
  reportProgress({ signal, onProgress }, 1);
  return { samples, ...results(sums, skipped) };
}

async function observedModelOf(model: unknown, maxOutputBytes: number): Promise<ObservedModel> {
  if (isLayersModel(model)) return observedLayersModel(model);
  if (isGraphModel(model)) return observedGraphModel(model, maxOutputBytes);
  throw new GCompressError('invalid-option', {
    where: 'calibrate model',
    expected: 'a layers model or a graph model of TensorFlow.js',
    actual: describeValue(model),
    hint: 'Pass what tf.loadLayersModel or tf.loadGraphModel gives.',
  });
}

/**
 * Empty sums for the matrices whose moments fit the memory, the small ones first, and why the others have no moments. Tables and depthwise
 * kernels are summed nevertheless: their sums are small, and only the matrix of their moments is large.
 */
function withinMemory(model: ObservedModel, maxBytes: number) {
  const skipped = new Map(model.skipped);
  const sums = new Map<string, Sums>();
  let bytes = 0;
  for (const observed of [...model.observed].sort((a, b) => a.size - b.size)) {
    const { weight, size, structure } = observed;
    if (sums.has(weight) || skipped.has(weight)) continue;
    const own = momentBytes(size);
    const fits = bytes + own <= maxBytes;
    if (fits) bytes += own;
    else skipped.set(weight, `its moments take ${own} bytes, more than maxBytes leaves`);
    if (fits || structure !== 'full') sums.set(weight, emptySums(observed));
  }
  return { sums, skipped };
}

/** What the sums say, and why some matrices have no moments after all. */
function results(sums: ReadonlyMap<string, Sums>, without: ReadonlyMap<string, string>) {
  const moments = new Map<string, InputMoments>();
  const inputSums = new Map<string, InputSums>();
  const skipped = new Map(without);
  for (const [weight, sum] of sums) {
    const { count, inputs } = sum;
    if (count === 0) {
      skipped.set(weight, 'none of the inputs reached it');
      continue;
    }
    inputSums.set(weight, { count, values: inputs });
    if (skipped.has(weight)) continue;
    const own = sum.moments();
    // No method could use them: every error of the matrix would cost nothing
    if (own.values.some((value) => value !== 0)) moments.set(weight, own);
    else skipped.set(weight, 'it has only seen inputs of 0');
  }
  return { moments, inputSums, skipped, warnings: warningsOf(inputSums) };
}

function checkedOptions(options: CalibrateOptions) {
  const known = ['batchSize', 'rowsPerBatch', 'maxBytes', 'maxOutputBytes', 'seed', 'signal', 'onProgress'];
  assertKnownOptions('calibrate', options, known);
  const { batchSize = 8, rowsPerBatch = 2048, maxBytes = 2 ** 30, seed = 0, signal, onProgress } = options;
  const { maxOutputBytes = 2 ** 28 } = options;
  assertNumber('calibrate', 'batchSize', batchSize, { min: 1, integer: true });
  assertNumber('calibrate', 'rowsPerBatch', rowsPerBatch, { min: 1, integer: true });
  assertNumber('calibrate', 'maxBytes', maxBytes, { min: 0 });
  assertNumber('calibrate', 'maxOutputBytes', maxOutputBytes, { min: 0 });
  assertSeed(seed, 'calibrate');
  if (signal !== undefined) {
    assertType('calibrate', 'signal', signal, 'object', 'Pass the signal of an AbortController.');
    assertType('calibrate signal', 'throwIfAborted', signal.throwIfAborted, 'function');
  }
  if (onProgress !== undefined) assertType('calibrate', 'onProgress', onProgress, 'function');
  return { batchSize, rowsPerBatch, maxBytes, maxOutputBytes, seed, signal, onProgress };
}
