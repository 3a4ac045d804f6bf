import { describeValue, GCompressError } from '@gcompress/core';
import type { LayersModel } from '@tensorflow/tfjs-layers';
import { allLayers } from './layer.ts';

/**
 * Checks that a value is a layers model, of whatever copy of tfjs.
 *
 * @throws GCompressError `invalid-option`.
 */
export function assertLayersModel(model: unknown, where: string): asserts model is LayersModel {
  const parts = (typeof model === 'object' && model !== null ? model : {}) as Partial<LayersModel>;
  if (Array.isArray(parts.layers) && typeof parts.fit === 'function') return;
  throw new GCompressError('invalid-option', {
    where: `${where} model`,
    expected: 'a layers model',
    actual: describeValue(model),
    hint: 'A model of tf.sequential, tf.model or tf.loadLayersModel is one; a graph model is not.',
  });
}

/**
 * Checks that a model is built and not disposed.
 *
 * @throws GCompressError `not-ready` or `disposed`.
 */
export function assertUsableModel(model: LayersModel, where: string): void {
  // Not `model.built`: a Sequential model with an input shape has all its weights before that is set
  const layers = allLayers(model);
  if (layers.length === 0 || layers.some((layer) => !layer.built)) {
    throw new GCompressError('not-ready', {
      where,
      expected: 'a model that is built',
      actual: `'${model.name}', whose weights do not exist yet`,
      hint: 'Give its first layer an inputShape, or call model.build(inputShape).',
    });
  }
  if (model.weights.some((weight) => isDisposed(weight))) {
    throw new GCompressError('disposed', { where, expected: 'a model in use', actual: `'${model.name}', disposed` });
  }
}

function isDisposed(weight: LayersModel['weights'][number]): boolean {
  try {
    return weight.read().isDisposed;
  } catch {
    return true; // reading a disposed weight throws
  }
}
