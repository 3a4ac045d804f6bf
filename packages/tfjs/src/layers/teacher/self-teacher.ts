// A copy of a model that is about to be compressed, without compression: its own teacher.
import { GCompressError } from '@gcompress/core';
import type { LayersModel } from '@tensorflow/tfjs-layers';
import { rebuildModel } from '../model/rebuild-model.ts';
import { sameClass } from '../weights/clone-layer.ts';
import { copyLayer } from '../weights/owned-weights.ts';
import { isCompressedLayer } from '../wrapper/compressed-layer.ts';

/**
 * The model with stock layers and the uncompressed weights; the caller disposes it.
 *
 * @throws GCompressError `not-ready` when a layer was compressed already, so that its uncompressed weights no longer are those of the dense
 * model.
 */
export function uncompressedCopy(model: LayersModel, where: string): LayersModel {
  return rebuildModel(model, (layer, config) => {
    if (!isCompressedLayer(layer)) return undefined;
    const begun = layer.ops.find(({ state }) => state.updates > 0);
    if (begun) {
      throw new GCompressError('not-ready', {
        where: `${where} teacher`,
        expected: 'a model that was not compressed yet',
        actual: `updates of '${begun.name}'`,
        hint: 'Pass the dense model as the teacher.',
      });
    }
    const copy = sameClass(layer.inner, layer.innerConfig(config));
    copy.setFastWeightInitDuringBuild(true);
    return { layers: [copy], initialize: () => copyLayer(layer.inner, copy) };
  });
}
