// BatchNorm correction: statistics estimated anew, so that a compressed network normalizes as the original does.
import { GCompressError, type ProgressOptions, reportProgress } from '@gcompress/core';
import { assertKnownOptions, assertNumber, assertType, describeValue } from '@gcompress/core/checks';
import { type io, square, sub, sum, type Tensor, tidy } from '@tensorflow/tfjs-core';
import type { LayersModel } from '@tensorflow/tfjs-layers';
import { encodedWeights } from '../biases/weight-values.ts';
import { inputBatches, type ModelInputs } from '../inputs/input-batches.ts';
import { isLayersModel } from '../layers/taps.ts';
import { channelAxis, correctStatistics, type NormPair, normPairs, statisticsOf, whileSeen } from './norm-pairs.ts';

/** Options of {@link correctBatchNorm}. */
export interface CorrectBatchNormOptions extends ProgressOptions {
  /** Loads the compressed model: `tf.loadLayersModel`. */
  readonly load: (handler: io.IOHandler) => Promise<LayersModel>;
  /** Samples in a batch if `inputs` are tensors. Default 32, or the batch size that the model fixes. */
  readonly batchSize?: number;
}

/** The result of {@link correctBatchNorm}. */
export interface CorrectedBatchNorm {
  /** The compressed artifacts with new statistics, or as given if these do not lower the error. */
  readonly artifacts: io.ModelArtifacts;
  /** Names of the BatchNorm layers with new statistics; empty if the artifacts are as given. */
  readonly corrected: readonly string[];
  /** `‖y − t‖ / ‖t‖` for the outputs y of the compressed and t of the original model on the inputs, with the given and the new statistics. */
  readonly error: { readonly before: number; readonly after: number };
}

const WHERE = 'correctBatchNorm';

/**
 * Estimates the statistics of BatchNorm layers anew after compression. In both models, the inputs of a BatchNorm layer have means m and
 * variances v on the same data. The new statistics are those with which the compressed layer gives outputs of the same mean and variance as
 * the original layer. Two passes over the inputs: one that corrects, layer by layer in each batch, and one that measures the error.
 *
 * @param original the original model; nothing else may use it during the call, because its layers are instrumented.
 * @param compressed artifacts of the compressed model, such as those of `compressNow`; they are not changed. In
 *   the returned artifacts, corrected weights are plain values without quantization.
 * @param inputs as for `calibrate`, but an iterable must be one that can be read twice.
 * @throws GCompressError `invalid-option` for other arguments; `unsupported` for a graph model and for a model without BatchNorm;
 *   `shape-mismatch` for different models; `non-finite` for NaN in the inputs; the signal's reason when aborted.
 */
export async function correctBatchNorm(
  original: LayersModel,
  compressed: io.ModelArtifacts,
  inputs: ModelInputs,
  options: CorrectBatchNormOptions,
): Promise<CorrectedBatchNorm> {
  const { load, batchSize, ...listeners } = checkedOptions(options);
  if (!isLayersModel(original)) throw noLayers(original);
  assertType(WHERE, 'compressed', compressed, 'object', 'Pass the artifacts of compressNow.');
  const given = await load({ load: async () => compressed });
  const corrected = await load({ load: async () => compressed });
  let pairs: readonly NormPair[] = [];
  try {
    pairs = normPairs(WHERE, original, corrected);
    const signature = original.inputs.map(({ name, shape }) => ({ name, shape, dtype: undefined }));
    for await (const { tensors, done } of inputBatches(signature, inputs, batchSize)) {
      reportProgress(listeners, done / 2);
      correctOn(tensors, original, corrected, pairs);
    }
    const error = { before: 0, after: 0 };
    const squares = { before: 0, after: 0, target: 0 };
    for await (const { tensors, done } of inputBatches(signature, inputs, batchSize)) {
      reportProgress(listeners, 0.5 + done / 2);
      const [t, before, after] = [original, given, corrected].map((model) => outputsOf(model, tensors));
      squares.target += await squaredNorm(t);
      squares.before += await squaredNorm(before, t);
      squares.after += await squaredNorm(after, t);
      for (const tensor of [...t, ...before, ...after]) tensor.dispose();
    }
    for (const which of ['before', 'after'] as const) error[which] = Math.sqrt(squares[which] / (squares.target || 1));
    reportProgress(listeners, 1);
    if (!(error.after < error.before)) return { artifacts: compressed, corrected: [], error };
    const changed = new Map<string, Float32Array>();
    for (const { compressed: layer } of pairs) {
      for (const weight of statisticsOf(layer)) {
        changed.set(weight.originalName, Float32Array.from(await weight.read().data()));
      }
    }
    return {
      artifacts: await encodedWeights(compressed, changed),
      corrected: pairs.map((pair) => pair.original.name),
      error,
    };
  } finally {
    for (const { seen } of pairs) for (const one of [seen.original, seen.compressed]) one.dispose();
    given.dispose();
    corrected.dispose();
  }
}

/** Runs both models on a batch. Each compressed layer is corrected before it runs, so that the next ones see corrected inputs. */
function correctOn(
  tensors: readonly Tensor[],
  original: LayersModel,
  corrected: LayersModel,
  pairs: readonly NormPair[],
): void {
  whileSeen(
    pairs.map((pair) => pair.original),
    (at, x) => pairs[at].seen.original.add(x, channelAxis(pairs[at].original)),
    () => dispose(outputsOf(original, tensors)),
  );
  whileSeen(
    pairs.map((pair) => pair.compressed),
    (at, x) => {
      pairs[at].seen.compressed.add(x, channelAxis(pairs[at].compressed));
      correctStatistics(pairs[at]);
    },
    () => dispose(outputsOf(corrected, tensors)),
  );
}

function outputsOf(model: LayersModel, tensors: readonly Tensor[]): Tensor[] {
  return [model.predictOnBatch([...tensors])].flat();
}

function dispose(tensors: readonly Tensor[]): void {
  for (const tensor of tensors) tensor.dispose();
}

/** The sum of the squares of all values, or of their differences to others. */
async function squaredNorm(values: readonly Tensor[], others?: readonly Tensor[]): Promise<number> {
  const sums = values.map((one, at) => tidy(() => sum(square(others ? sub(one, others[at]) : one))));
  try {
    return (await Promise.all(sums.map((one) => one.data()))).reduce((total, [one]) => total + one, 0);
  } finally {
    dispose(sums);
  }
}

function noLayers(model: unknown): GCompressError {
  const graph = typeof (model as { executeAsync?: unknown } | null)?.executeAsync === 'function';
  return new GCompressError(graph ? 'unsupported' : 'invalid-option', {
    where: `${WHERE} original`,
    expected: 'a layers model',
    actual: graph ? 'a graph model, where the statistics are constants of the convolutions' : describeValue(model),
    hint: graph ? 'Use correctBiases.' : 'Pass what tf.loadLayersModel gives.',
  });
}

function checkedOptions(options: CorrectBatchNormOptions) {
  assertKnownOptions(WHERE, options, ['load', 'batchSize', 'signal', 'onProgress']);
  const { load, batchSize = 32, signal, onProgress } = options;
  assertType(WHERE, 'load', load, 'function', 'Pass tf.loadLayersModel.');
  assertNumber(WHERE, 'batchSize', batchSize, { min: 1, integer: true });
  if (signal !== undefined) {
    assertType(WHERE, 'signal', signal, 'object', 'Pass the signal of an AbortController.');
    assertType(`${WHERE} signal`, 'throwIfAborted', signal.throwIfAborted, 'function');
  }
  if (onProgress !== undefined) assertType(WHERE, 'onProgress', onProgress, 'function');
  return { load, batchSize, signal, onProgress };
}
