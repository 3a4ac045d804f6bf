// How much each unit contributes: from the norms of its weights, or from the moments of the inputs of the layers that read it.
import type { InputMoments } from '@gcompress/core';
import type { OwnGroup, OwnSlice } from '../analysis/unit-groups.ts';
import { consumersOf, momentsOf } from './consumer-rows.ts';
import { squaresAlong, type Values, valuesOf } from './weight-values.ts';

/**
 * The part of each unit in the squared outputs of the layers that read its group; sums to 1 over a group, unless all units are silent.
 *
 * With moments, a unit contributes Σ E[x²]·‖w‖² over the kernel rows w that read it (He et al., "Channel pruning for accelerating very deep neural
 * networks", 2017, compare outputs too). Without, E[x²] is replaced by the squared norm of the weights that compute the unit (Li et al.,
 * "Pruning filters for efficient ConvNets", 2017), or behind a BatchNorm by gamma² + beta², which is what it makes of any input (Liu et al.,
 * "Learning efficient convolutional networks through network slimming", 2017).
 */
export function unitImportance(
  group: OwnGroup,
  values: Values,
  inputMoments: ReadonlyMap<string, InputMoments>,
): Float64Array {
  return shares(fromMoments(group, values, inputMoments) ?? fromNorms(group, values));
}

function fromNorms(group: OwnGroup, values: Values): Float64Array {
  const outgoing = sumOf(group, values, ({ role }) => role === 'consumer');
  const norms = sumOf(
    group,
    values,
    ({ role, weight }) => role === 'channel' && /(^|\/)(gamma|beta)(_\d+)?$/.test(weight),
  );
  const incoming = norms.some((value) => value > 0)
    ? norms
    : sumOf(group, values, ({ role, variable }) => role === 'producer' && variable.shape.length > 1);
  return outgoing.map((value, unit) => value * incoming[unit]);
}

/** Sums of squares of each unit over some of its slices. */
function sumOf(group: OwnGroup, values: Values, chosen: (slice: OwnSlice) => boolean): Float64Array {
  const sums = new Float64Array(group.units);
  for (const { variable, axis, units } of group.slices.filter(chosen)) {
    const squares = squaresAlong(valuesOf(values, variable), axis);
    for (const [position, unit] of units.entries()) if (unit >= 0) sums[unit] += squares[position];
  }
  return sums;
}

/** Undefined where the inputs of one of the kernels were not observed. */
function fromMoments(
  group: OwnGroup,
  values: Values,
  all: ReadonlyMap<string, InputMoments>,
): Float64Array | undefined {
  const sums = new Float64Array(group.units);
  for (const consumer of consumersOf(group)) {
    const moments = consumer && momentsOf(consumer, all);
    if (!consumer || !moments) return undefined;
    const { rows, columns, unitOf, slice } = consumer;
    const { data } = valuesOf(values, slice.variable);
    for (let row = 0; row < rows; row++) {
      if (unitOf[row] < 0) continue;
      let square = 0;
      for (let at = row * columns; at < (row + 1) * columns; at++) square += data[at] ** 2;
      sums[unitOf[row]] += (moments.values[row * rows + row] / moments.count) * square;
    }
  }
  return sums;
}

function shares(values: Float64Array): Float64Array {
  const total = values.reduce((sum, value) => sum + value, 0);
  return total > 0 ? values.map((value) => value / total) : values;
}
