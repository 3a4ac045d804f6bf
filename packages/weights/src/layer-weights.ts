// Finds the weights of a layers model that are matrices, by their names and by the classes of their layers.

import type { io } from '@tensorflow/tfjs-core';
import type { MatrixWeight, WeightKind } from './matrix-weight.ts';

/** Kinds of weights by the last part of their name; TensorFlow.js appends a number to repeated names. */
const NAMES: readonly (readonly [RegExp, WeightKind])[] = [
  [/^depthwise_kernel(_\d+)?$/, 'depthwise'],
  [/^pointwise_kernel(_\d+)?$/, 'convolution'],
  [/^recurrent_kernel(_\d+)?$/, 'recurrent'],
  [/^embeddings(_\d+)?$/, 'embedding'],
  [/^kernel(_\d+)?$/, 'dense'],
];
/** Kinds of `kernel` by layer class. */
const CLASSES: readonly (readonly [RegExp, WeightKind])[] = [
  [/^Conv\dDTranspose$/, 'transposed-convolution'],
  [/^DepthwiseConv/, 'depthwise'],
  [/LSTM|GRU|RNN/, 'recurrent'],
  [/Conv\dD/, 'convolution'],
];

/** The weights that layers multiply with, by name. Weights of optimizers are left out. */
export function layerWeights(topology: unknown, specs: readonly io.WeightsManifestEntry[]): Map<string, MatrixWeight> {
  const classes = new Map<string, string>();
  collectClasses(topology, classes);
  const found = new Map<string, MatrixWeight>();
  for (const { name, shape, group } of specs) {
    const path = name.split('/');
    const named = NAMES.find(([pattern]) => pattern.test(path[path.length - 1]));
    if (!named || shape.length < 2 || group === 'optimizer') continue;
    const layer = [...path].reverse().find((part) => classes.has(part));
    const usedBy = (layer !== undefined && classes.get(layer)) || 'a layer';
    const ofClass = named[1] === 'dense' && CLASSES.find(([pattern]) => pattern.test(usedBy));
    const kind = ofClass ? ofClass[1] : named[1];
    found.set(name, { kind, usedBy, swapped: kind === 'transposed-convolution' });
  }
  return found;
}

/** The classes of all layers by layer name, also inside nested models and wrappers. */
function collectClasses(value: unknown, classes: Map<string, string>): void {
  if (typeof value !== 'object' || value === null) return;
  const { class_name: className, config } = value as { readonly class_name?: unknown; readonly config?: unknown };
  const name = typeof config === 'object' && config !== null && 'name' in config ? config.name : undefined;
  if (typeof className === 'string' && typeof name === 'string') classes.set(name, className);
  for (const inner of Object.values(value)) collectClasses(inner, classes);
}
