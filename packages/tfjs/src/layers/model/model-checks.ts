// Checks that a value is a model of the layers API, built and not disposed.
import { GCompressError } from '@gcompress/core';
import { describeValue } from '@gcompress/core/checks';
import type { LayersModel } from '@tensorflow/tfjs-layers';
import { allLayers } from './model-layers.ts';

/**
 * Refuses anything but a model of the layers API; the error says what to do about a promise or a graph model.
 *
 * @throws GCompressError `invalid-option`.
 */
export function assertModel(model: unknown, where: string): asserts model is LayersModel {
  const members = (typeof model === 'object' && model !== null ? model : {}) as Readonly<Record<string, unknown>>;
  const { layers, inputs, outputs, getClassName, then, executeAsync } = members;
  if (Array.isArray(layers) && typeof getClassName === 'function') {
    // A Sequential model has neither inputs nor outputs before it is built
    if (Array.isArray(inputs) && Array.isArray(outputs)) return;
    if (getClassName.call(model) === 'Sequential') return;
  }
  const promised = typeof then === 'function';
  const graph = typeof executeAsync === 'function';
  const hint = promised
    ? { hint: 'Await the promise: await loadLayersModel(…).' }
    : graph
      ? { hint: 'A graph model has no layers that train; load a model that was saved as a layers model.' }
      : {};
  throw new GCompressError('invalid-option', {
    where: `${String(where)} model`,
    expected: 'a LayersModel',
    actual: promised ? 'a promise' : graph ? 'a graph model' : describeValue(model),
    ...hint,
  });
}

/**
 * Checks that a value is a model of the layers API, built and not disposed.
 *
 * @throws GCompressError `invalid-option`, `not-ready` or `disposed`.
 */
export function assertUsableModel(model: unknown, where: string): asserts model is LayersModel {
  assertModel(model, where);
  // Not `model.built`: a Sequential model with an input shape has all its weights before tfjs sets this flag
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
