// Chooses the units to remove: a number for each group, or a ratio for the whole model.
import { GCompressError } from '@gcompress/core';
import type { LayerVariable } from '@tensorflow/tfjs-layers';
import type { Analysis, OwnGroup } from '../analysis/unit-groups.ts';
import { unitImportance } from './importance.ts';
import type { CheckedChoice } from './unit-choice.ts';
import type { Values } from './weight-values.ts';

/** Units to remove, by the name of their group: sorted numbers. Groups that keep all units are not named. */
export type RemovedUnits = ReadonlyMap<string, readonly number[]>;

/**
 * Chooses the units to remove.
 *
 * @param totalWeights number of values in all weights of the model.
 * @throws GCompressError `budget-unreachable` for a ratio that one unit in each group does not reach.
 */
export function chosenUnits(
  where: string,
  { groups }: Analysis,
  choice: CheckedChoice,
  values: Values,
  totalWeights: number,
): RemovedUnits {
  if (choice.removed) return sorted(choice.removed);
  const orders = new Map(groups.map((group) => [group.name, orderOf(group, choice, values)]));
  if (choice.ratio !== undefined) return sorted(forRatio(where, groups, orders, values, totalWeights, choice.ratio));
  const removed = groups.map(({ name, units }) => {
    const kept = choice.kept?.get(name) ?? units;
    return [name, orders.get(name)?.units.slice(0, units - kept) ?? []] as const;
  });
  return sorted(new Map(removed));
}

/** The units of a group from the least to the most important, and their importance. */
interface Order {
  readonly units: readonly number[];
  readonly importance: Float64Array;
}

function orderOf(group: OwnGroup, { importance: given, inputMoments }: CheckedChoice, values: Values): Order {
  const own = given.get(group.name);
  const importance = own ? sharesOf(own) : unitImportance(group, values, inputMoments);
  const units = Array.from(importance.keys()).sort((a, b) => importance[a] - importance[b] || a - b);
  return { units, importance };
}

function sharesOf(given: ArrayLike<number>): Float64Array {
  const values = Float64Array.from(given);
  const total = values.reduce((sum, value) => sum + value, 0);
  return total > 0 ? values.map((value) => value / total) : values;
}

/** Removes units one by one, always where least importance goes with a weight. */
function forRatio(
  where: string,
  groups: readonly OwnGroup[],
  orders: ReadonlyMap<string, Order>,
  values: Values,
  totalWeights: number,
  ratio: number,
): Map<string, Set<number>> {
  const counts = new Map(groups.map((group) => [group.name, countsOf(group)]));
  const sizes = new Map(Array.from(values, ([variable, { shape }]) => [variable, [...shape]]));
  const removed = new Map(groups.map(({ name }) => [name, new Set<number>()]));
  const most = Math.floor(totalWeights / ratio);
  let left = totalWeights;
  while (left > most) {
    let best: { group: OwnGroup; unit: number; freed: number; cost: number } | undefined;
    for (const group of groups) {
      const gone = removed.get(group.name)?.size ?? 0;
      const order = orders.get(group.name);
      if (!order || gone === group.units - 1) continue;
      const unit = order.units[gone];
      const freed = freedBy(partsOf(group, counts, unit), sizes);
      const cost = order.importance[unit] / freed;
      if (!best || cost < best.cost) best = { group, unit, freed, cost };
    }
    if (!best) throw unreachable(where, ratio, totalWeights, left);
    left -= best.freed;
    removed.get(best.group.name)?.add(best.unit);
    for (const { variable, axis, count } of partsOf(best.group, counts, best.unit)) {
      const shape = sizes.get(variable);
      if (shape) shape[axis] -= count;
    }
  }
  return removed;
}

/** How many positions of an axis belong to a unit. */
interface Part {
  readonly variable: LayerVariable;
  readonly axis: number;
  readonly count: number;
}

/** The number of values that go with these parts, of weights of these sizes. */
function freedBy(parts: readonly Part[], sizes: ReadonlyMap<LayerVariable, readonly number[]>): number {
  const shorter = new Map<LayerVariable, number[]>();
  for (const { variable, axis, count } of parts) {
    const shape = shorter.get(variable) ?? [...(sizes.get(variable) ?? [])];
    shape[axis] -= count;
    shorter.set(variable, shape);
  }
  const size = (shape: readonly number[] = []) => shape.reduce((product, side) => product * side, 1);
  return Array.from(shorter).reduce((sum, [variable, shape]) => sum + size(sizes.get(variable)) - size(shape), 0);
}

/** Positions of each unit, by slice. */
function countsOf({ slices, units: size }: OwnGroup): readonly Int32Array[] {
  return slices.map(({ units }) => {
    const counts = new Int32Array(size);
    for (const unit of units) if (unit >= 0) counts[unit]++;
    return counts;
  });
}

function partsOf({ name, slices }: OwnGroup, counts: ReadonlyMap<string, readonly Int32Array[]>, unit: number): Part[] {
  const own = counts.get(name) ?? [];
  return slices.map(({ variable, axis }, at) => ({ variable, axis, count: own[at][unit] }));
}

function sorted(removed: ReadonlyMap<string, Iterable<number>>): RemovedUnits {
  const lists = Array.from(removed, ([name, units]) => [name, [...units].sort((a, b) => a - b)] as const);
  return new Map(lists.filter(([, units]) => units.length > 0));
}

function unreachable(where: string, ratio: number, totalWeights: number, left: number): GCompressError {
  return new GCompressError('budget-unreachable', {
    where: `${where} ratio`,
    expected: `at most ${Math.floor((1000 * totalWeights) / left) / 1000}, with one unit in each group`,
    actual: `${ratio}`,
  });
}
