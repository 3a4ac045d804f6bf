// The weights of a layer, in an order that does not depend on which of them train.
import { GCompressError } from '@gcompress/core';
import type { Variable } from '@tensorflow/tfjs-core';
import type { LayerVariable } from '@tensorflow/tfjs-layers';
import type { Layer } from './clone-layer.ts';

/** Private lists of every layer, in the order in which the weights were made. */
interface OwnWeights {
  readonly _trainableWeights?: readonly LayerVariable[];
  readonly _nonTrainableWeights?: readonly LayerVariable[];
}

/**
 * All weights of a layer and of the layers inside it, such as the cell of a recurrent layer, or layers in the properties of a custom
 * layer. `layer.weights` leaves out the layers in properties, and its order changes: frozen weights come last there.
 */
export function ownedWeights(layer: Layer): LayerVariable[] {
  const found = new Set<LayerVariable>();
  collect(layer, found, new Set());
  // Weights that only the class itself can list, such as those in a private property
  for (const weight of layer.weights) found.add(weight);
  return [...found];
}

/**
 * Copies all weights of a layer, and which of them train, into a layer that was made from its configuration.
 *
 * @throws GCompressError `unsupported` when the new layer does not have the same weights, because its custom class does not build its
 * inner layers in `build()`.
 */
export function copyLayer(from: Layer, to: Layer): void {
  const [source, target] = [ownedWeights(from), ownedWeights(to)];
  if (source.length !== target.length || source.some(({ shape }, i) => String(shape) !== String(target[i].shape))) {
    throw new GCompressError('unsupported', {
      where: `layer '${from.name}' of class '${from.getClassName()}'`,
      expected: `a copy with the same ${source.length} weights, those of inner layers included`,
      actual: `a copy with ${target.length} weights`,
      hint: 'Build the inner layers in its build(), or make a functional model of them.',
    });
  }
  // If all weights are frozen, a model around the layer froze them; the rebuilt model does that itself
  const single = source.some(({ trainable }) => trainable);
  for (const [i, weight] of target.entries()) {
    (weight.read() as Variable).assign(source[i].read());
    if (single && weight.trainable !== source[i].trainable) weight.trainable = source[i].trainable;
  }
}

function collect(layer: Layer, found: Set<LayerVariable>, seen: Set<unknown>): void {
  if (seen.has(layer)) return;
  seen.add(layer);
  const { _trainableWeights = [], _nonTrainableWeights = [] } = layer as unknown as OwnWeights;
  for (const weight of [..._trainableWeights, ..._nonTrainableWeights]) found.add(weight);
  for (const value of Object.values(layer)) {
    for (const inner of Array.isArray(value) ? value : [value]) if (isLayer(inner)) collect(inner, found, seen);
  }
}

function isLayer(value: unknown): value is Layer {
  if (typeof value !== 'object' || value === null) return false;
  return 'inboundNodes' in value && 'getClassName' in value && 'trainableWeights' in value;
}
