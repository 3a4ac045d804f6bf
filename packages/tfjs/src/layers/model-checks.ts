import { GCompressError } from '@gcompress/core';
import type { LayersModel } from '@tensorflow/tfjs-layers';
import { allLayers } from './layer.ts';

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
