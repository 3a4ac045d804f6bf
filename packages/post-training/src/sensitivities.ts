// Measures how much the outputs of a model change when one weight is compressed.
import { type InputMoments, type MatrixCompressor, partialProgress, reportProgress } from '@gcompress/core';
import { assertCompressor, assertKnownOptions, assertNumber, assertType } from '@gcompress/core/checks';
import {
  assertMomentsOf,
  joinedArtifacts,
  MIN_ELEMENTS,
  type ModelContents,
  readModel,
  takingTurns,
} from '@gcompress/packed/weights';
import { uniform } from '@gcompress/uniform';
import { assertKernelsOption, type KernelsOption, loadKernels } from '@gcompress/wasm-kernels/load';
import { weightOfMatrix } from '@gcompress/weights';
import type { io, Tensor } from '@tensorflow/tfjs-core';
import { compressedForm, subjectsOf } from './forms/weight-forms.ts';
import { assertListeners } from './listeners.ts';
import { bytesOf } from './model/bytes-of.ts';
import { modelArtifacts, type TrainedModel } from './model/model-artifacts.ts';
import { inputTensors, modelOutputs, type RunnableModel } from './model/model-outputs.ts';

/** Options of {@link sensitivities}. */
export interface SensitivityOptions {
  /** Loads a model that runs: `tf.loadLayersModel`, or `tf.loadGraphModel` for graphs. It is called once for each weight. */
  readonly load: (handler: io.IOHandler) => Promise<RunnableModel>;
  /** The compressor that makes an error in each weight. Default `uniform({ bits: 3, steps: 'column' })`. */
  readonly method?: MatrixCompressor;
  /** The same moments that you pass to `compressNow`, so that both measure the same error. Default none. */
  readonly inputMoments?: ReadonlyMap<string, InputMoments>;
  /** The fewest values of a weight that is compressed. Default 256. */
  readonly minElements?: number;
  /** The hot loops, as in `compressNow`. Default: WebAssembly where it loads, otherwise plain JavaScript. */
  readonly kernels?: KernelsOption;
  /** Stops the work between two weights; its reason is thrown. */
  readonly signal?: AbortSignal;
  /** Called with the fraction that is done, from 0 to 1. */
  readonly onProgress?: (done: number) => void;
}

const WHERE = 'sensitivities';

/**
 * The sensitivity of the model's outputs to an error in each weight, for the option `sensitivity` of `compressNow`. For each weight, it
 * compresses only this weight and divides the squared relative change of the model's outputs by the squared relative error of the weight (with
 * moments, of the outputs of its layer). It loads and runs the model once for each weight.
 *
 * @param model a layers model, a graph model, or artifacts; it is not changed.
 * @param inputs a batch of typical inputs, one tensor for each input of the model; they are not disposed.
 * @returns sensitivities by the name of the weight; a weight without an error is left out.
 * @throws GCompressError `invalid-option` and `unknown-option`; `unsupported` when the model cannot predict the inputs; `non-finite` for NaN
 *   in weights or outputs; the signal's reason when aborted.
 */
export async function sensitivities(
  model: TrainedModel,
  inputs: Tensor | readonly Tensor[],
  options: SensitivityOptions,
): Promise<Map<string, number>> {
  const { load, method, inputMoments, minElements, signal, onProgress, ...checked } = checkedOptions(options);
  const tensors = inputTensors(WHERE, inputs);
  const contents = readModel(WHERE, await modelArtifacts(WHERE, model));
  assertMomentsOf(WHERE, inputMoments, contents);
  const listeners = { signal, onProgress };
  const answers = async (replaced?: Replaced) => {
    const loaded = await load({ load: async () => artifactsWith(contents, replaced) });
    try {
      return await modelOutputs(WHERE, loaded, tensors);
    } finally {
      loaded.dispose();
    }
  };
  reportProgress(listeners, 0);
  const kernels = await loadKernels(checked.kernels);
  const subjects = subjectsOf(contents, {
    where: WHERE,
    minElements,
    rest: 'float32',
    inputMoments,
    channelGains: new Map(),
    sensitivity: new Map(),
    kernels,
  }).flatMap(({ matrix, weight }) => (matrix ? [{ matrix, weight }] : []));
  const original = await answers();
  const costs = new Map<string, number>();
  const turn = takingTurns(signal);
  for (const [i, { matrix, weight }] of subjects.entries()) {
    const part = partialProgress(listeners, i / subjects.length, (i + 1) / subjects.length);
    const form = await compressedForm(matrix, { compressor: method }, { ...part, turn, kernels });
    if (typeof form === 'string' || !form.compressed || !(form.error > 0)) continue;
    const values = weightOfMatrix(form.compressed.matrix().decompress(), weight.shape, matrix.weight.swapped);
    costs.set(weight.name, relativeChange(original, await answers({ name: weight.name, values })) / form.error);
  }
  reportProgress(listeners, 1);
  return costs;
}

/** A weight with other values. */
interface Replaced {
  readonly name: string;
  readonly values: Float32Array;
}

function artifactsWith({ model, weights }: ModelContents, replaced: Replaced | undefined): io.ModelArtifacts {
  const entries = weights.map(({ name, dtype, shape, spec, bytes }) => {
    const entry = { name, dtype, shape: [...shape] } as io.WeightsManifestEntry;
    if (name !== replaced?.name) return { spec: { ...spec, ...entry }, bytes };
    const { quantization: _, ...kept } = spec;
    return { spec: { ...kept, ...entry }, bytes: bytesOf(replaced.values) };
  });
  return joinedArtifacts(model, entries);
}

/** The mean over outputs of `‖y − ŷ‖² / ‖y‖²`; outputs of zeros do not count. */
function relativeChange(before: readonly Float64Array[], after: readonly Float64Array[]): number {
  const changes = before.flatMap((values, output) => {
    let [difference, norm] = [0, 0];
    for (const [at, value] of values.entries()) {
      difference += (value - after[output][at]) ** 2;
      norm += value ** 2;
    }
    return norm > 0 ? [difference / norm] : [];
  });
  return changes.length === 0 ? 0 : changes.reduce((sum, change) => sum + change, 0) / changes.length;
}

function checkedOptions(options: SensitivityOptions) {
  assertKnownOptions(WHERE, options, [
    ...['load', 'method', 'inputMoments', 'minElements', 'kernels', 'signal', 'onProgress'],
  ]);
  const { load, method = uniform({ bits: 3, steps: 'column' }), inputMoments = new Map() } = options;
  const { minElements = MIN_ELEMENTS, kernels, signal, onProgress } = options;
  assertType(WHERE, 'load', load, 'function', 'Pass tf.loadLayersModel or tf.loadGraphModel.');
  assertCompressor(WHERE, 'method', method);
  assertNumber(WHERE, 'minElements', minElements, { min: 0 });
  assertKernelsOption(WHERE, kernels);
  assertListeners(WHERE, { signal, onProgress });
  return { load, method, inputMoments, minElements, kernels, signal, onProgress };
}
