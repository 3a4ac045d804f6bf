// Compares the inputs of matrices in two versions of a model: the original, and one whose weights were changed.
import { type Matrix, reportProgress } from '@gcompress/core';
import { dispose, type Tensor2D, tensor2d } from '@tensorflow/tfjs-core';
import type { LayersModel } from '@tensorflow/tfjs-layers';
import { type CalibrateOptions, completeOptions } from '../calibrate-options.ts';
import type { CalibratedGraph } from '../graph/calibrated-graph.ts';
import { inputBatches, type ModelInputs } from '../inputs/input-batches.ts';
import type { ObservedModel } from '../observed/observed.ts';
import { observedModelOf } from '../observed-model.ts';
import type { Rows } from '../rows/rows.ts';
import { momentBytes } from '../sums/sums.ts';
import { type InputPairs, PairSums } from './pair-sums.ts';

const WHERE = 'compareInputs';
/** Matrices of moments that one weight takes. */
const MATRICES = 2;

/**
 * Runs two versions of a model over the same inputs, and sums the pairs of inputs that chosen matrices see in both, at the same positions.
 *
 * @param original the model before any change.
 * @param changed the same model with other weights.
 * @param inputs as `calibrate` takes them.
 * @param weights the weights that are compared, by name, each as a matrix; undefined for those whose sums are enough.
 * @param options `maxBytes` bounds all moments; each matrix takes 16·m² bytes for m inputs.
 * @returns the statistics by the name of the weight, without tables and without weights that cannot be observed or that no input reached.
 * @throws GCompressError as `calibrate`, and `shape-mismatch` where the two models give a matrix different numbers of inputs.
 */
export async function compareInputs(
  original: ObservedModel,
  changed: LayersModel | CalibratedGraph,
  inputs: ModelInputs,
  weights: ReadonlyMap<string, Matrix | undefined>,
  options: CalibrateOptions = {},
): Promise<Map<string, InputPairs>> {
  const { batchSize, rowsPerBatch, maxBytes, maxOutputBytes, seed, signal, onProgress } = completeOptions(
    WHERE,
    options,
  );
  const before = original;
  const after = await observedModelOf(WHERE, changed, maxOutputBytes);
  const sums = new Map<string, PairSums>();
  const tensors: Tensor2D[] = [];
  let bytes = 0;
  for (const observed of [...before.observed].sort((a, b) => a.size - b.size)) {
    const { weight, size, structure } = observed;
    if (!weights.has(weight) || sums.has(weight) || structure === 'ids') continue;
    const own = structure === 'full' ? MATRICES * momentBytes(size) : 0;
    const fits = bytes + own <= maxBytes;
    if (fits) bytes += own;
    const matrix = fits && own > 0 ? weights.get(weight) : undefined;
    const values = matrix && tensor2d(matrix.data, [...matrix.shape]);
    if (values) tensors.push(values);
    sums.set(weight, new PairSums(observed, values));
  }
  try {
    await addPairs();
  } finally {
    dispose(tensors);
  }
  reportProgress({ signal, onProgress }, 1);
  return new Map(
    [...sums].flatMap(([weight, sum]) => {
      const pairs = sum.pairs();
      return pairs ? [[weight, pairs] as const] : [];
    }),
  );

  async function addPairs(): Promise<void> {
    const compared = new Set(sums.keys());
    let samples = 0;
    for await (const { tensors: batch, size, done } of inputBatches(before.inputs, inputs, batchSize)) {
      reportProgress({ signal, onProgress }, done);
      const run = { tensors: batch, weights: compared, most: rowsPerBatch, seed: (seed + samples) >>> 0 };
      const originals = new Map<string, Rows[]>();
      await before.run({
        ...run,
        take: async (weight, rows) => {
          originals.set(weight, [...(originals.get(weight) ?? []), rows]);
        },
      });
      await after.run({
        ...run,
        take: async (weight, rows) => sums.get(weight)?.add(rows, originals.get(weight)?.shift() ?? NO_ROWS),
      });
      samples += size;
    }
  }
}

const NO_ROWS: Rows = { data: new Float32Array(0), count: 0 };
