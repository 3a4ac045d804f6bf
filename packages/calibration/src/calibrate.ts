// Calibration: one pass over unlabelled inputs that sums the second moments of the inputs of each matrix.
import { type InputMoments, reportProgress } from '@gcompress/core';
import type { LayersModel } from '@tensorflow/tfjs-layers';
import { type CalibrateOptions, completeOptions } from './calibrate-options.ts';
import { type Calibration, type InputSums, warningsOf } from './calibration/calibration.ts';
import type { CalibratedGraph } from './graph/calibrated-graph.ts';
import { inputBatches, type ModelInputs } from './inputs/input-batches.ts';
import type { ObservedModel } from './observed/observed.ts';
import { observedModelOf } from './observed-model.ts';
import { emptySums } from './sums/empty-sums.ts';
import { momentBytes, type Sums } from './sums/sums.ts';

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
  const { batchSize, rowsPerBatch, maxBytes, maxOutputBytes, seed, signal, onProgress } = completeOptions(
    'calibrate',
    options,
  );
  const observedModel = await observedModelOf('calibrate', model, maxOutputBytes);
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
