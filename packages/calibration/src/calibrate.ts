// One pass over unlabelled inputs, which sums the second moments of what each matrix of a model multiplies.
import { type InputMoments, reportProgress } from '@gcompress/core';
import { assertKnownOptions, assertNumber, assertSeed, assertType } from '@gcompress/core/checks';
import { matrixWeights } from '@gcompress/weights';
import type { LayersModel } from '@tensorflow/tfjs-layers';
import { assertModel, inputBatches, type ModelInputs } from './input-batches.ts';
import { MomentSums } from './moment-sums.ts';
import { type ObservedLayer, observedLayers } from './observed-layers.ts';
import { withTaps } from './taps.ts';

/** Options of {@link calibrate}. */
export interface CalibrateOptions {
  /** Samples that the model sees at a time, where `inputs` are tensors of many. Default 8. */
  readonly batchSize?: number;
  /** The most positions of a convolution, or rows of a Dense layer, that are taken from a batch. Default 2048. */
  readonly rowsPerBatch?: number;
  /** Bytes that all moments may take; each takes 8·m² for m inputs. Default 1 GiB. */
  readonly maxBytes?: number;
  /** Seed of the positions that are taken, an integer from 0 to 2³² − 1. Default 0. */
  readonly seed?: number;
  /** Ends the work between two batches; its reason is thrown. */
  readonly signal?: AbortSignal;
  /** Called with the part of the batches that is done, from 0 to 1; with 0 until the end where their number is not known. */
  readonly onProgress?: (done: number) => void;
}

/** What one pass saw. */
export interface Calibration {
  /** The moments of the inputs of each observed matrix, by the name of its weight; `pack` and `compress` take them. */
  readonly moments: ReadonlyMap<string, InputMoments>;
  /** Samples that were seen. */
  readonly samples: number;
  /** Matrices that were not observed, each with the reason. */
  readonly skipped: ReadonlyMap<string, string>;
  /** What a user should know, such as fewer rows than a matrix has inputs. */
  readonly warnings: readonly string[];
}

/**
 * Runs a layers model over unlabelled inputs and sums `xᵀx` over the inputs x of its Dense, Conv1D, Conv2D and recurrent kernels, nested
 * and shared layers included. The model is watched during the call and is the same afterwards; nothing else may use it meanwhile.
 *
 * @param inputs tensors with a batch axis, one for each input of the model, or an iterable or a `tf.data` dataset of such batches. The
 *   caller keeps what it gave; batches of a dataset are disposed.
 * @throws GCompressError `invalid-option` for anything but a layers model and its inputs, `shape-mismatch` for inputs of another shape,
 *   `non-finite` for NaN or infinity in an input, `unsupported` when no matrix can be observed; the signal's reason when aborted.
 */
export async function calibrate(
  model: LayersModel,
  inputs: ModelInputs,
  options: CalibrateOptions = {},
): Promise<Calibration> {
  const { batchSize, rowsPerBatch, maxBytes, seed, signal, onProgress } = checkedOptions(options);
  assertModel(model);
  const { observed, skipped } = chosenLayers(model, maxBytes);
  const sums = new Map(observed.map((layer) => [layer.weight, new MomentSums(layer.weight, layer.rows)]));
  let samples = 0;
  for await (const { tensors, size, done } of inputBatches(model, inputs, batchSize)) {
    reportProgress({ signal, onProgress }, done);
    // The seed and the place decide, so that two models are seen at the same positions
    await withTaps(model, observed, { tensors, rowsPerBatch, seed: (seed + samples) >>> 0 }, (weight, rows) =>
      sums.get(weight)?.add(rows),
    );
    samples += size;
  }
  reportProgress({ signal, onProgress }, 1);
  const moments = new Map([...sums].flatMap(([name, sum]) => (sum.count > 0 ? [[name, sum.moments()] as const] : [])));
  return { moments, samples, skipped, warnings: observed.flatMap(({ weight }) => warningOf(weight, sums.get(weight))) };
}

/** The layers whose moments fit the memory, the small ones first, and why the others are left out. */
function chosenLayers(model: LayersModel, maxBytes: number) {
  const skipped = new Map<string, string>();
  const layers = observedLayers(model);
  const known = new Set(layers.map(({ weight }) => weight));
  for (const [name, { usedBy }] of matrixWeights(topologyOf(model))) {
    if (!known.has(name)) skipped.set(name, `inputs of ${usedBy} cannot be observed yet`);
  }
  let bytes = 0;
  const observed: ObservedLayer[] = [];
  for (const layer of [...layers].sort((a, b) => a.rows - b.rows)) {
    const own = Float64Array.BYTES_PER_ELEMENT * layer.rows ** 2;
    if (bytes + own > maxBytes) {
      skipped.set(layer.weight, `its moments take ${own} bytes, more than maxBytes leaves`);
      continue;
    }
    bytes += own;
    observed.push(layer);
  }
  return { observed, skipped };
}

function topologyOf(model: LayersModel) {
  const modelTopology = model.toJSON(undefined, false) as object;
  const weightSpecs = model.weights.map(({ originalName, shape }) => ({
    name: originalName,
    shape: shape.map(Number),
    dtype: 'float32' as const,
  }));
  return { modelTopology, weightSpecs };
}

function warningOf(weight: string, sum: MomentSums | undefined): string[] {
  if (!sum || sum.count === 0) return [`'${weight}' was not used by any of the inputs.`];
  if (sum.count >= sum.size) return [];
  return [`'${weight}' has ${sum.size} inputs, of which ${sum.count} rows were seen: give more samples.`];
}

function checkedOptions(options: CalibrateOptions) {
  const known = ['batchSize', 'rowsPerBatch', 'maxBytes', 'seed', 'signal', 'onProgress'];
  assertKnownOptions('calibrate', options, known);
  const { batchSize = 8, rowsPerBatch = 2048, maxBytes = 2 ** 30, seed = 0, signal, onProgress } = options;
  assertNumber('calibrate', 'batchSize', batchSize, { min: 1, integer: true });
  assertNumber('calibrate', 'rowsPerBatch', rowsPerBatch, { min: 1, integer: true });
  assertNumber('calibrate', 'maxBytes', maxBytes, { min: 0 });
  assertSeed(seed, 'calibrate');
  if (signal !== undefined) {
    assertType('calibrate', 'signal', signal, 'object', 'Pass the signal of an AbortController.');
    assertType('calibrate signal', 'throwIfAborted', signal.throwIfAborted, 'function');
  }
  if (onProgress !== undefined) assertType('calibrate', 'onProgress', onProgress, 'function');
  return { batchSize, rowsPerBatch, maxBytes, seed, signal, onProgress };
}
