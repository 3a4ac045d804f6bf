// Multiplies the weights of chosen units by a factor, in place.
import { add, mul, type Tensor, tensor, tidy, type Variable } from '@tensorflow/tfjs-core';
import type { LayerVariable } from '@tensorflow/tfjs-layers';
import type { OwnGroup } from '../analysis/unit-groups.ts';

/** Chosen units by the name of their group. */
type Chosen = Readonly<Record<string, readonly number[]>>;

/** A value at the step before and at this step. */
interface Change<T> {
  readonly before: T;
  readonly now: T;
}

/**
 * Brings the weights of chosen units from one alpha to another. Units chosen just now come from 1. Units that are no longer chosen stay as they are and
 * train on.
 */
export function fade(groups: readonly OwnGroup[], chosen: Change<Chosen>, alpha: Change<number>): void {
  const known = (group: string) => new Set(chosen.before[group]);
  const isKnown = (group: string, unit: number) => known(group).has(unit);
  const split = (wanted: boolean): Chosen => {
    return Object.fromEntries(
      Object.entries(chosen.now).map(([group, units]) => [
        group,
        units.filter((unit) => isKnown(group, unit) === wanted),
      ]),
    );
  };
  // At 0 the mask is applied again, because the step may have moved weights away from 0
  multiplyAt(groups, split(true), alpha.now === 0 ? 0 : alpha.now / alpha.before);
  multiplyAt(groups, split(false), alpha.now);
}

/** Multiplies what computes or reads these units by a factor, once also where it does both. */
function multiplyAt(groups: readonly OwnGroup[], chosen: Chosen, factor: number): void {
  if (factor === 1) return;
  const masks = new Map<LayerVariable, Map<number, Float32Array>>();
  for (const { name, slices } of groups) {
    const units = new Set(chosen[name]);
    if (units.size === 0) continue;
    for (const { variable, axis, role, units: along } of slices) {
      if (role === 'channel') continue;
      const axes = masks.get(variable) ?? new Map<number, Float32Array>();
      masks.set(variable, axes);
      const before = axes.get(axis);
      axes.set(
        axis,
        Float32Array.from(along, (unit, position) => (units.has(unit) ? 0 : (before?.[position] ?? 1))),
      );
    }
  }
  for (const [variable, axes] of masks) multiply(variable, axes, factor);
}

function multiply(variable: LayerVariable, axes: ReadonlyMap<number, Float32Array>, factor: number): void {
  tidy(() => {
    const rank = variable.shape.length;
    let mask: Tensor | undefined;
    for (const [axis, values] of axes) {
      const shape = Array.from({ length: rank }, (_, at) => (at === axis ? values.length : 1));
      const own = tensor(values, shape);
      mask = mask ? mul(mask, own) : own;
    }
    const value = variable.read() as Variable;
    // 1 where nothing is chosen
    if (mask) value.assign(mul(value, add(mul(mask, 1 - factor), factor)));
  });
}
