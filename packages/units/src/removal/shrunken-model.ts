// Builds the model with smaller stock layers.
import { type Replacement, rebuildModel } from '@gcompress/tfjs/layers';
import { type serialization, tensor, type Variable } from '@tensorflow/tfjs-core';
import type { LayersModel, LayerVariable } from '@tensorflow/tfjs-layers';
import { unitsKey } from '../analysis/producer-rules.ts';
import type { Analysis } from '../analysis/unit-groups.ts';
import type { Layer } from '../analysis/walk.ts';
import type { Values } from '../choice/weight-values.ts';

/** A new model in which these weights have these values, of smaller shapes, and all others are copies. */
export function shrunkenModel(model: LayersModel, analysis: Analysis, sizes: LayerSizes, weights: Values): LayersModel {
  const changed = new Set<Layer>();
  for (const { slices } of analysis.groups) {
    for (const { owner, variable } of slices) if (weights.has(variable)) changed.add(owner);
  }
  return rebuildModel(model, (layer, config) => {
    const units = sizes.units.get(layer);
    const last = sizes.reshaped.get(layer);
    if (!changed.has(layer) && last === undefined) return undefined;
    const own = { ...config };
    if (units !== undefined) own[unitsKey(layer.getClassName())] = units;
    if (last !== undefined) own.targetShape = withLast(config.targetShape as readonly number[], last);
    return replacement(layer, own, weights);
  });
}

/** New sizes in the configurations of layers. */
export interface LayerSizes {
  /** Units that stay in the layers that compute units. */
  readonly units: ReadonlyMap<Layer, number>;
  /** Size of the last axis that layers reshape to. */
  readonly reshaped: ReadonlyMap<Layer, number>;
}

function replacement(layer: Layer, config: serialization.ConfigDict, weights: Values): Replacement {
  const layerClass = (layer as { constructor: unknown }).constructor as {
    fromConfig(layerClass: unknown, config: serialization.ConfigDict): Layer;
  };
  const made = layerClass.fromConfig(layerClass, config);
  made.setFastWeightInitDuringBuild(true);
  const initialize = () => {
    const single = layer.weights.some(({ trainable }) => trainable);
    for (const from of layer.weights) {
      const to = counterpart(from, made);
      assign(to, from, weights);
      // If all weights are frozen, a layer or model froze them, which is copied with its configuration
      if (single && to.trainable !== from.trainable) to.trainable = from.trainable;
    }
  };
  return { layers: [made], initialize };
}

function assign(to: LayerVariable, from: LayerVariable, weights: Values): void {
  const variable = to.read() as Variable;
  const cut = weights.get(from);
  if (!cut) {
    variable.assign(from.read());
    return;
  }
  const value = tensor(cut.data, [...cut.shape]);
  variable.assign(value);
  value.dispose();
}

/** The weight of the new layer that has the same short name. Their order depends on which of them train. */
function counterpart(weight: LayerVariable, made: Layer): LayerVariable {
  const shortName = ({ originalName }: LayerVariable) => originalName.replace(/^.*\//, '').replace(/_\d+$/, '');
  const found = made.weights.find((other) => shortName(other) === shortName(weight));
  if (!found) throw new Error(`layer '${made.name}' has no weight '${weight.originalName}'`);
  return found;
}

function withLast(shape: readonly number[], last: number): number[] {
  // −1 or null: the layer computes this size
  return shape.map((size, at) => (at === shape.length - 1 && size !== null && size >= 0 ? last : size));
}
