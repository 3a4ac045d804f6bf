import { GCompressError } from '@gcompress/core';
import type { LayersModel } from '@tensorflow/tfjs-layers';
import { compressedLayers, isCompressedLayer } from './compressed-layer.ts';
import { assertUsableModel } from './model-checks.ts';
import { rebuildModel } from './rebuild-model.ts';

/**
 * A new model for deployment, without the dense matrices: products of factors become plain Dense layers, so that a low-rank model
 * loads with stock `loadLayersModel`; other formats become layers whose weights are the packed factors. The given model is not
 * changed.
 *
 * @throws GCompressError `not-ready` while alpha of a layer is not 0, `unsupported` for a model without compressed layers,
 * `disposed`.
 */
export function stripCompression(model: LayersModel): LayersModel {
  assertUsableModel(model, 'stripCompression');
  const layers = compressedLayers(model);
  if (layers.length === 0) {
    throw new GCompressError('unsupported', {
      where: 'stripCompression',
      expected: 'a model with compressed layers',
      actual: `'${model.name}', which has none`,
      hint: 'Pass the model that compressModel returned.',
    });
  }
  const unfinished = layers.flatMap(({ ops }) => ops).find(({ alpha }) => alpha !== 0);
  if (unfinished) {
    const { alpha, name, schedule, state } = unfinished;
    throw new GCompressError('not-ready', {
      where: 'stripCompression',
      expected: 'alpha 0 in every matrix',
      actual: `${alpha} in '${name}' after ${state.steps} steps`,
      hint:
        schedule.zeroStep === undefined
          ? 'This schedule never reaches 0: use one that does, and train on.'
          : `Train on: the schedule reaches 0 at step ${schedule.zeroStep}.`,
    });
  }
  return rebuildModel(model, (layer, config) => (isCompressedLayer(layer) ? layer.deploy(config) : undefined));
}
