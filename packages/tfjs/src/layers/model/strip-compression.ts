// Makes the model for deployment, without dense matrices.
import { GCompressError } from '@gcompress/core';
import { assertKnownOptions, describeValue } from '@gcompress/core/checks';
import type { LayersModel } from '@tensorflow/tfjs-layers';
import type { Preference } from '../../weight/choose-execution.ts';
import { assertInferenceKernels, type InferenceKernel } from '../../weight/inference-kernel.ts';
import { stripLayer } from '../strip/strip-layer.ts';
import { type CompressedLayer, isCompressedLayer } from '../wrapper/compressed-layer.ts';
import { compressedLayers } from './compressed-layers.ts';
import { assertUsableModel } from './model-checks.ts';
import { isModel } from './model-layers.ts';
import { rebuildModel } from './rebuild-model.ts';

/** Options of {@link stripCompression}. */
export interface StripOptions {
  /**
   * What layers with packed weights optimize. With `'speed'`, the default, they keep their weights unpacked between calls, as factors where
   * these are faster. With `'memory'` they keep only the packed bytes, and unpack them for each call unless a kernel multiplies by them.
   */
  readonly prefer?: Preference;
  /** Kernels that multiply by packed weights in their stored form. Default: none. `executionReport` says where they are in use. */
  readonly inferenceKernels?: readonly InferenceKernel[];
}

/**
 * A new model for deployment, without dense matrices. Products of factors become stock layers, so that a low-rank model loads with
 * stock `loadLayersModel`. Other formats become layers whose weights are the packed factors. The given model is not changed.
 *
 * @throws GCompressError `invalid-option`, `not-ready` while alpha of a layer is not 0, `disposed`, `unsupported` for a model without
 * compressed layers or with a layer that cannot be copied.
 */
export function stripCompression(model: LayersModel, options: StripOptions = {}): LayersModel {
  assertUsableModel(model, 'stripCompression');
  assertKnownOptions('stripCompression', options, ['prefer', 'inferenceKernels']);
  const { prefer = 'speed', inferenceKernels = [] } = options;
  if (prefer !== 'speed' && prefer !== 'memory') throw badPreference(prefer);
  assertInferenceKernels('stripCompression', inferenceKernels);
  const layers = compressedLayers(model);
  assertFinished('stripCompression', model, layers);
  const taken = new Set(namesIn(model));
  return rebuildModel(model, (layer, config) =>
    isCompressedLayer(layer) ? stripLayer(layer, { config, prefer, inferenceKernels, taken }) : undefined,
  );
}

/**
 * Refuses a model without compressed layers, or one that still computes with dense matrices.
 *
 * @throws GCompressError `unsupported` or `not-ready`.
 */
export function assertFinished(where: string, model: LayersModel, layers: readonly CompressedLayer[]): void {
  if (layers.length === 0) {
    throw new GCompressError('unsupported', {
      where,
      expected: 'a model with compressed layers',
      actual: `'${model.name}', which has no compressed layers`,
      hint: 'Pass the model that compressModel returned.',
    });
  }
  const unfinished = layers.flatMap(({ ops }) => ops).find(({ alpha }) => alpha !== 0);
  if (unfinished) {
    const { alpha, name, schedule, state } = unfinished;
    throw new GCompressError('not-ready', {
      where,
      expected: 'alpha 0 in every matrix',
      actual: `${alpha} in '${name}' after ${state.steps} steps`,
      hint:
        schedule.zeroStep === undefined
          ? 'This schedule never reaches 0. Use a schedule that reaches 0, and train on.'
          : `Train on: the schedule reaches 0 at step ${schedule.zeroStep}.`,
    });
  }
}

/** Names of all layers and nested models. */
function namesIn({ layers }: LayersModel): string[] {
  return layers.flatMap((layer) => (isModel(layer) ? [layer.name, ...namesIn(layer)] : [layer.name]));
}

function badPreference(prefer: unknown): GCompressError {
  return new GCompressError('invalid-option', {
    where: 'stripCompression prefer',
    expected: "'speed' or 'memory'",
    actual: describeValue(prefer),
  });
}
