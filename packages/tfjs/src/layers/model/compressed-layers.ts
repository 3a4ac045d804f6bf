// The compressed layers of a model.
import type { LayersModel } from '@tensorflow/tfjs-layers';
import { type CompressedLayer, isCompressedLayer } from '../wrapper/compressed-layer.ts';
import { assertModel } from './model-checks.ts';
import { allLayers } from './model-layers.ts';

/**
 * The compressed layers of a model and of its nested models.
 *
 * @throws GCompressError `invalid-option` when the argument is not a model.
 */
export function compressedLayers(model: LayersModel): CompressedLayer[] {
  assertModel(model, 'compressedLayers');
  return allLayers(model).filter(isCompressedLayer);
}
