// A layer's class, configuration and weights, for a copy of it.
import type { Variable } from '@tensorflow/tfjs-core';
import type { LayerVariable, layers } from '@tensorflow/tfjs-layers';

/** Any layer of the layers API. */
export type Layer = layers.Layer;

/** Arguments of a layer, as its `getConfig()` gives them. */
export type LayerConfig = ReturnType<Layer['getConfig']>;

/** A layer's own configuration, from which {@link sameClass} makes another one. */
export function configOf(layer: Layer): LayerConfig {
  const config = layer.getConfig();
  if (layer.getClassName() !== 'SeparableConv2D') return config;
  // Stock layers of this class leave it out, and come back with 1
  const kernel = layer.weights.find(({ originalName }) => originalName.endsWith('depthwise_kernel'));
  return kernel ? { ...config, depthMultiplier: kernel.shape[3] } : config;
}

interface LayerClass {
  fromConfig(layerClass: LayerClass, config: LayerConfig): Layer;
}

/** A new layer of the same class, which need not be registered. */
export function sameClass(layer: Layer, config: LayerConfig): Layer {
  const layerClass = (layer as { constructor: unknown }).constructor as LayerClass;
  return layerClass.fromConfig(layerClass, config);
}

/** Copies weights, one by one, as they are: constraints, which `fit` does not apply, are not applied here either. */
export function copyWeights(from: readonly LayerVariable[], to: readonly LayerVariable[]): void {
  for (const [i, weight] of to.entries()) (weight.read() as Variable).assign(from[i].read());
}
