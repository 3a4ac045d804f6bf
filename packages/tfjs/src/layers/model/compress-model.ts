// Makes a model whose layers are compressed while it trains.
import { GCompressError } from '@gcompress/core';
import type { LayersModel } from '@tensorflow/tfjs-layers';
import { type Layer, sameClass } from '../weights/clone-layer.ts';
import { copyLayer } from '../weights/owned-weights.ts';
import { CompressedLayer, isCompressedLayer } from '../wrapper/compressed-layer.ts';
import { CompressionCallback, type CompressionCallbackOptions } from './compression-callback.ts';
import { type CompressionReport, compressionReport, type SkippedLayerReport } from './compression-report.ts';
import { assertLayerChoice } from './layer-choice-checks.ts';
import { decide, type LayerChoice, type LayerDecision } from './layer-rules.ts';
import { assertUsableModel } from './model-checks.ts';
import { allLayers } from './model-layers.ts';
import { rebuildModel } from './rebuild-model.ts';

/** Options of {@link compressModel}. */
export interface CompressModelOptions extends LayerChoice, CompressionCallbackOptions {}

/** A model that is compressed while it trains. */
export interface CompressedModel {
  /** A new model; compile it before training. */
  readonly model: LayersModel;
  /** Must be passed to every `fit` of the model. */
  readonly callback: CompressionCallback;
  /** The current report: the compressed matrices, the skipped layers with reasons, and sizes in bytes. */
  report(): CompressionReport;
}

/**
 * A new model in which the chosen layers are compressed while it trains. It keeps weights, names and the graph. The given model is
 * not changed and shares no weight with the new model. A layer that cannot be compressed is copied as it is, and the report gives the
 * reason.
 *
 * @throws GCompressError `disposed`, `not-ready` (a model that is not built), `already-compressed`, `unsupported` when no layer at
 * all can be compressed or a layer cannot be copied, `invalid-option` and `unknown-option` for wrong options and for a rule that
 * names a layer which the model does not have; `unsupported` when a method or a schedule cannot be brought to a target. The given model is then unchanged.
 */
export function compressModel(model: LayersModel, options: CompressModelOptions): CompressedModel {
  assertUsableModel(model, 'compressModel');
  const layers = allLayers(model);
  const compressed = layers.find(isCompressedLayer);
  if (compressed) {
    throw new GCompressError('already-compressed', {
      where: 'compressModel',
      expected: 'a model without compressed layers',
      actual: `layer '${compressed.name}'`,
      hint: 'Strip the model first, or go on training it with compressionCallback(model).',
    });
  }
  assertLayerChoice(options, layers);
  const decisions = new Map<Layer, LayerDecision>();
  for (const layer of layers) {
    if (layer.weights.length > 0) decisions.set(layer, decide(layer, options));
  }
  const skipped = [...decisions.values()].flatMap((decision) => decision.skipped);
  if (![...decisions.values()].some(({ compression }) => compression)) throw nothingToCompress(model.name, skipped);

  const rebuilt = rebuildModel(model, (layer, config) => {
    const { compression, plans } = decisions.get(layer) ?? {};
    if (!compression) return undefined;
    const replacement = new CompressedLayer({ ...compression, layer: sameClass(layer, config) }, plans);
    replacement.setFastWeightInitDuringBuild(true);
    return { layers: [replacement], initialize: () => copyLayer(layer, replacement.inner) };
  });
  let callback: CompressionCallback;
  try {
    callback = new CompressionCallback(rebuilt, options);
  } catch (cause) {
    // A target that these methods or schedules cannot reach
    rebuilt.dispose();
    throw cause;
  }
  return { model: rebuilt, callback, report: () => compressionReport(rebuilt, skipped, callback.fileBytes) };
}

function nothingToCompress(name: string, skipped: readonly SkippedLayerReport[]): GCompressError {
  const reasons = skipped.map((layer) => `${layer.name}: ${layer.reason}`).join('; ');
  return new GCompressError('unsupported', {
    where: 'compressModel',
    expected: 'at least one layer that can be compressed',
    actual: `no such layer in '${name}' (${reasons || 'it has no weights'})`,
  });
}
