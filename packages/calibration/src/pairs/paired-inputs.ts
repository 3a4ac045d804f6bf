// Inputs for compressing the weights of a model one after the other, each for what it sees in the network compressed so far.
import { GCompressError, type Matrix, type ProgressOptions } from '@gcompress/core';
import { assertKnownOptions, assertType, describeValue } from '@gcompress/core/checks';
import type { io } from '@tensorflow/tfjs-core';
import type { LayersModel } from '@tensorflow/tfjs-layers';
import { kernelBiases } from '../biases/kernel-biases.ts';
import { type CalibrateOptions, completeOptions } from '../calibrate-options.ts';
import type { CalibratedGraph } from '../graph/calibrated-graph.ts';
import { inputBatches, type ModelInputs } from '../inputs/input-batches.ts';
import { wrongInputs } from '../inputs/input-checks.ts';
import type { ObservedModel } from '../observed/observed.ts';
import { observedModelOf } from '../observed-model.ts';
import { compareInputs } from './compare-inputs.ts';
import { disposeModel } from './dispose-model.ts';
import type { InputPairs } from './pair-sums.ts';

type LoadedModel = (LayersModel | CalibratedGraph) & { dispose(): unknown };

/** Options of {@link pairedInputs}: those of `calibrate`, and how models are loaded. */
export interface PairedInputsOptions
  extends Pick<CalibrateOptions, 'batchSize' | 'rowsPerBatch' | 'maxBytes' | 'maxOutputBytes' | 'seed'> {
  /** Loads a model that runs: `tf.loadLayersModel`, or `tf.loadGraphModel` for graphs. It is called once for each step of the compression. */
  readonly load: (handler: io.IOHandler) => Promise<LoadedModel>;
}

/** Inputs that compare versions of a model: the option `sequential` of `compressNow`. */
export interface PairedInputs {
  /** Loads the original. @throws GCompressError as `calibrate`. */
  open(original: io.ModelArtifacts): Promise<OpenPairs>;
}

/** An original model, and the comparison of its inputs with those in other versions. */
export interface OpenPairs {
  /** Names of the weights that can be observed, in the order of their use. Weights that read the same tensor form one group. */
  readonly order: readonly (readonly string[])[];
  /** The bias of each kernel that has its own, by names. */
  readonly biases: ReadonlyMap<string, string>;
  /** The statistics of weights, given as matrices, in the original and in another version, by name. @throws GCompressError as `calibrate`. */
  compare(
    changed: io.ModelArtifacts,
    weights: ReadonlyMap<string, Matrix | undefined>,
    progress: ProgressOptions,
  ): Promise<ReadonlyMap<string, InputPairs>>;
  /** Disposes the original. */
  close(): void;
}

/** More rows than `calibrate` samples: later weights correct errors of earlier ones only as well as the inputs are known. */
const ROWS_PER_BATCH = 4096;
const WHERE = 'pairedInputs';

/**
 * Unlabelled inputs for `compressNow(model, { sequential })`. They are read many times: each step of the compression runs the original and the
 * network compressed so far over all of them.
 *
 * @param inputs as `calibrate` takes them, but for generators, which give them only once.
 * @throws GCompressError `invalid-option` and `unknown-option`. Inputs are checked when a model reads them.
 */
export function pairedInputs(inputs: ModelInputs, options: PairedInputsOptions): PairedInputs {
  assertType(WHERE, 'options', options, 'object', 'Pass { load: tf.loadLayersModel }.');
  assertKnownOptions(WHERE, options, ['load', 'batchSize', 'rowsPerBatch', 'maxBytes', 'maxOutputBytes', 'seed']);
  const { load, ...own } = { rowsPerBatch: ROWS_PER_BATCH, ...options };
  assertType(WHERE, 'load', load, 'function', 'Pass tf.loadLayersModel or tf.loadGraphModel.');
  if (typeof inputs !== 'object' || inputs === null) throw wrongInputs(describeValue(inputs));
  if (isReadOnce(inputs)) {
    throw new GCompressError('invalid-option', {
      where: `${WHERE} inputs`,
      expected: 'inputs that can be read many times',
      actual: 'a generator',
      hint: 'Pass tensors, an array of batches, or an object whose Symbol.asyncIterator starts anew.',
    });
  }
  const { signal: _, onProgress: __, ...passes } = completeOptions(WHERE, own);
  return { open: (original) => opened(original, inputs, load, passes) };
}

type Passes = Omit<ReturnType<typeof completeOptions>, 'signal' | 'onProgress'>;

async function opened(
  artifacts: io.ModelArtifacts,
  inputs: ModelInputs,
  load: PairedInputsOptions['load'],
  passes: Passes,
): Promise<OpenPairs> {
  const original = await load({ load: async () => artifacts });
  try {
    const observed = await observedModelOf(WHERE, original, passes.maxOutputBytes);
    return {
      order: await useOrder(observed, inputs),
      biases: kernelBiases(artifacts),
      async compare(changed, weights, { signal, onProgress }) {
        const current = await load({ load: async () => changed });
        const listeners = { ...(signal && { signal }), ...(onProgress && { onProgress }) };
        try {
          return await compareInputs(observed, current, inputs, weights, { ...passes, ...listeners });
        } finally {
          disposeModel(current);
        }
      },
      close: () => disposeModel(original),
    };
  } catch (error) {
    disposeModel(original);
    throw error;
  }
}

async function useOrder(model: ObservedModel, inputs: ModelInputs) {
  for await (const { tensors } of inputBatches(model.inputs, inputs, 1)) return model.order(tensors);
  throw wrongInputs(describeValue(inputs));
}

/** Whether an iterable is its own iterator, which cannot start anew. */
function isReadOnce(inputs: unknown): boolean {
  return typeof (inputs as { readonly next?: unknown }).next === 'function';
}
