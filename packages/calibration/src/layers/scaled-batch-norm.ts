// BatchNorm layers without a scale, which get one of ones while gradients are computed: TensorFlow.js has no gradient for them without it.
import { ones, type Tensor } from '@tensorflow/tfjs-core';
import type { LayersModel } from '@tensorflow/tfjs-layers';
import { everyLayer } from './every-layer.ts';

/** The members of a BatchNorm layer that decide its scale. */
interface ScaledLayer {
  scale: boolean;
  gamma: { read(): Tensor } | undefined;
  readonly movingVariance: { readonly shape: readonly (number | null)[] };
}

/** Runs a function while all BatchNorm layers of a model have a scale. Their outputs are the same; the layers are as before afterwards. */
export function withScales<T>(model: LayersModel, run: () => T): T {
  const changed: [ScaledLayer, ScaledLayer['gamma']][] = [];
  try {
    for (const layer of everyLayer(model)) {
      const own = layer as unknown as ScaledLayer;
      if (layer.getClassName() !== 'BatchNormalization' || own.scale) continue;
      changed.push([own, own.gamma]);
      const shape = own.movingVariance.shape.map(Number);
      Object.assign(own, { scale: true, gamma: { read: () => ones(shape) } });
    }
    return run();
  } finally {
    for (const [layer, gamma] of changed) Object.assign(layer, { scale: false, gamma });
  }
}
