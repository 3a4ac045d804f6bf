// The layers of a model, nested models included.
import type { LayersModel } from '@tensorflow/tfjs-layers';
import type { Layer } from '../weights/clone-layer.ts';

/** Whether a layer is itself a model. */
export function isModel(layer: Layer): layer is LayersModel {
  return 'layers' in layer && 'inputs' in layer && 'outputs' in layer;
}

/** The layers of a model, those of nested models included; one that is used in several places is there once. */
export function allLayers(model: LayersModel): Layer[] {
  return [...new Set(model.layers.flatMap((layer) => (isModel(layer) ? allLayers(layer) : [layer])))];
}
