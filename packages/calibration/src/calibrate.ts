// Calibration: one pass over unlabelled inputs that sums the second moments of the inputs of each matrix.
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
  /** Samples in a batch if `inputs` are tensors. Default 8, or the batch size that the model fixes. */
  readonly batchSize?: number;
  /** Most positions of a convolution, or rows of a Dense layer, sampled from a batch. Default 2048. */
  readonly rowsPerBatch?: number;
  /** Bytes that all moments may take; each takes 8·m² for m inputs. Default 1 GiB. */
  readonly maxBytes?: number;
  /**
   * Graph models only: most bytes of node outputs held at a time. Further outputs are computed in further runs over the batch, at least one
   * output each. Their sizes are known after the first batch, which computes eight outputs at a time. Default 256 MiB.
   */
  readonly maxOutputBytes?: number;
  /** Seed of the sampled positions, an integer from 0 to 2³² − 1. Default 0. */
  readonly seed?: number;
  /** Stops the work between two batches; its reason is thrown. */
  readonly signal?: AbortSignal;
  /** Called with the fraction of the batches that is done, from 0 to 1; with 0 until the end if their number is unknown. */
  readonly onProgress?: (done: number) => void;
}

/**
 * Runs a trained model over unlabelled inputs and sums `xᵀx` over the inputs x of its matrices. In layers models it observes Dense, Conv1D,
 * Conv2D, depthwise, separable and transposed convolutions, recurrent kernels and embeddings, in nested and shared layers too. In graph models
 * it observes products, convolutions and tables with a constant, outside functions and control flow. During the call, nothing else may use a
 * layers model, because its layers are instrumented; afterwards it is unchanged.
 *
 * @param inputs tensors with a batch axis, one for each input of the model, or an iterable or a `tf.data` dataset of such batches. Batches of
 *   a dataset are disposed, other tensors are not.
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
    // Depends only on the seed and the place, so that two models are sampled at the same positions
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
 * Empty sums for the matrices whose moments fit `maxBytes`, small ones first, and the reasons for the others. Tables and depthwise kernels are
 * summed in any case: their sums are small, only their matrix of moments is large.
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

/** The calibration from the sums, with reasons for matrices without moments. */
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
    // With zero moments, any error of the matrix would cost nothing
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
