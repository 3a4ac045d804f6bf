// Copies a layer: its class, configuration and weights.
import type { Variable } from '@tensorflow/tfjs-core';
import type { LayerVariable, layers } from '@tensorflow/tfjs-layers';

/** Any layer of the layers API. */
export type Layer = layers.Layer;

/** Arguments of a layer, as `getConfig()` returns them. */
export type LayerConfig = ReturnType<Layer['getConfig']>;

/** A layer's configuration, from which {@link sameClass} makes a new layer. */
export function configOf(layer: Layer): LayerConfig {
  const config = layer.getConfig();
  if (layer.getClassName() !== 'SeparableConv2D') return config;
  // Stock layers of this class leave out depthMultiplier, and would come back with 1
  const kernel = layer.weights.find(({ originalName }) => originalName.endsWith('depthwise_kernel'));
  return kernel ? { ...config, depthMultiplier: kernel.shape[3] } : config;
}

interface LayerClass {
  fromConfig(layerClass: LayerClass, config: LayerConfig): Layer;
}

/** A new layer of the same class. The class need not be registered. */
export function sameClass(layer: Layer, config: LayerConfig): Layer {
  const layerClass = (layer as { constructor: unknown }).constructor as LayerClass;
  return layerClass.fromConfig(layerClass, config);
}

/** Copies weights one by one, without constraints, because `fit` does not apply constraints either. */
export function copyWeights(from: readonly LayerVariable[], to: readonly LayerVariable[]): void {
  for (const [i, weight] of to.entries()) (weight.read() as Variable).assign(from[i].read());
}
