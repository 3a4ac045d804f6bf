// What was removed from a model: units, weights and multiplications before and after.
import type { LayersModel, LayerVariable } from '@tensorflow/tfjs-layers';
import type { Analysis, LayerLeftAlone } from '../analysis/unit-groups.ts';
import type { Layer } from '../analysis/walk.ts';
import type { Values } from '../choice/weight-values.ts';

/** A number before the removal and after it. */
export interface BeforeAndAfter {
  readonly before: number;
  readonly after: number;
}

/** Units of a layer. */
export interface LayerUnits extends BeforeAndAfter {
  /** Name of the layer, behind the names of nested models around it. */
  readonly layer: string;
}

/** What was removed from a model. */
export interface UnitReport {
  /** The layers that compute units, in the order of the model. */
  readonly layers: readonly LayerUnits[];
  /** Layers of which some or all units have to stay. */
  readonly leftAlone: readonly LayerLeftAlone[];
  /** Values in all weights of the model. */
  readonly weights: BeforeAndAfter;
  /**
   * Multiplications of one sample with kernels, each with an addition. Layers that are not followed, nested models and axes of unknown size
   * are counted once or not at all: the ratio is exact where all layers are followed and all sizes known.
   */
  readonly multiplyAdds: BeforeAndAfter;
  /** The report as text, a line a layer. */
  toString(): string;
}

/** The report of a removal. */
export function unitReport(
  model: LayersModel,
  { leftAlone, products, producers }: Analysis,
  kept: ReadonlyMap<Layer, number>,
  shrunken: Values,
): UnitReport {
  const sizeBefore = ({ shape }: LayerVariable) => shape.reduce<number>((product, size) => product * Number(size), 1);
  const sizeAfter = (variable: LayerVariable) => shrunken.get(variable)?.data.length ?? sizeBefore(variable);
  const both = (sum: (size: (variable: LayerVariable) => number) => number): BeforeAndAfter => {
    return { before: sum(sizeBefore), after: sum(sizeAfter) };
  };
  const layers = producers.map(({ owner, layer, size }) => ({
    layer,
    before: size,
    after: kept.get(owner) ?? size,
  }));
  const weights = both((size) => model.weights.reduce((sum, variable) => sum + size(variable), 0));
  const multiplyAdds = both((size) => {
    return products.reduce((sum, { variable, positions }) => sum + positions * size(variable), 0);
  });
  const report = { layers, leftAlone, weights, multiplyAdds };
  return { ...report, toString: () => textOf(report) };
}

function textOf({ layers, leftAlone, weights, multiplyAdds }: Omit<UnitReport, 'toString'>): string {
  const count = (value: number) => value.toLocaleString('en-US');
  const change = ({ before, after }: BeforeAndAfter) => `${count(before)} → ${count(after)}`;
  const times = ({ before, after }: BeforeAndAfter) => `(${(before / after).toFixed(2)} times fewer)`;
  const changed = layers.filter(({ before, after }) => after < before);
  return [
    ...changed.map((layer) => `${layer.layer}: ${change(layer)} units`),
    ...leftAlone.map(({ layer, reason }) => `${layer}: left alone, ${reason}`),
    `weights: ${change(weights)} ${times(weights)}`,
    `multiply-adds: ${change(multiplyAdds)} ${times(multiplyAdds)}`,
  ].join('\n');
}
