// Cuts removed units out of the weights.
import type { LayerVariable } from '@tensorflow/tfjs-layers';
import type { OwnGroup } from '../analysis/unit-groups.ts';
import type { RemovedUnits } from '../choice/choose-units.ts';
import { takenAlong, type Values, type WeightValues } from '../choice/weight-values.ts';

/** For each weight that becomes smaller, whether each position of its axes stays. */
export type KeptPositions = ReadonlyMap<LayerVariable, ReadonlyMap<number, readonly boolean[]>>;

/** The positions that stay when these units are removed. */
export function keptPositions(groups: readonly OwnGroup[], removed: RemovedUnits): KeptPositions {
  const kept = new Map<LayerVariable, Map<number, boolean[]>>();
  for (const { name, slices } of groups) {
    const gone = new Set(removed.get(name));
    if (gone.size === 0) continue;
    for (const { variable, axis, units } of slices) {
      const axes = kept.get(variable) ?? new Map<number, boolean[]>();
      kept.set(variable, axes);
      // A concatenation brings several groups to one axis
      const before = axes.get(axis);
      axes.set(
        axis,
        Array.from(units, (unit, position) => (before?.[position] ?? true) && !gone.has(unit)),
      );
    }
  }
  return kept;
}

/** The weights that change: those that become smaller, without the removed positions, and those with other values than before. */
export function shrunkenWeights(before: Values, values: Values, kept: KeptPositions): Values {
  const shrunken = new Map<LayerVariable, WeightValues>();
  for (const [variable, full] of values) {
    const axes = kept.get(variable);
    if (!axes && full === before.get(variable)) continue;
    let weight = full;
    for (const [axis, stays] of axes ?? []) {
      weight = takenAlong(
        weight,
        axis,
        [...stays.keys()].filter((position) => stays[position]),
      );
    }
    shrunken.set(variable, weight);
  }
  return shrunken;
}
