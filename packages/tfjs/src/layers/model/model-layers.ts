// The layers of a model and of its nested models.
import type { LayersModel } from '@tensorflow/tfjs-layers';
import type { Layer } from '../weights/clone-layer.ts';

/** True if a layer is itself a model. */
export function isModel(layer: Layer): layer is LayersModel {
  return 'layers' in layer && 'inputs' in layer && 'outputs' in layer;
}

/** The layers of a model and of its nested models. A layer that is used in several places is listed once. */
export function allLayers(model: LayersModel): Layer[] {
  return [...new Set(model.layers.flatMap((layer) => (isModel(layer) ? allLayers(layer) : [layer])))];
}
