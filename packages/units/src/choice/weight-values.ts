// The values of the weights that units take part in, and how they are cut.
import { GCompressError } from '@gcompress/core';
import type { LayerVariable } from '@tensorflow/tfjs-layers';
import type { OwnGroup } from '../analysis/unit-groups.ts';

/** A weight as numbers. */
export interface WeightValues {
  readonly shape: readonly number[];
  /** Row-major, of the size of the shape. */
  readonly data: Float32Array;
}

/** Values by variable. */
export type Values = ReadonlyMap<LayerVariable, WeightValues>;

/**
 * Reads the weights that units take part in.
 *
 * @throws GCompressError `non-finite`, with the name of the weight.
 */
export async function readValues(where: string, groups: readonly OwnGroup[]): Promise<Values> {
  const values = new Map<LayerVariable, WeightValues>();
  const variables = new Set(groups.flatMap(({ slices }) => slices.map(({ variable }) => variable)));
  for (const variable of variables) {
    const data = Float32Array.from(await variable.read().data());
    if (!data.every((value) => Number.isFinite(value))) {
      throw new GCompressError('non-finite', {
        where: `${where} weight '${variable.originalName}'`,
        expected: 'finite values',
        actual: 'NaN or infinity',
      });
    }
    values.set(variable, { shape: variable.shape.map(Number), data });
  }
  return values;
}

/** The values of a variable that was read. */
export function valuesOf(values: Values, variable: LayerVariable): WeightValues {
  return values.get(variable) ?? { shape: [0], data: new Float32Array(0) };
}

/** A weight as rows of equal length along an axis: `[outer, size, inner]`. */
export function aroundAxis(shape: readonly number[], axis: number): { outer: number; size: number; inner: number } {
  const product = (sizes: readonly number[]) => sizes.reduce((all, size) => all * size, 1);
  return { outer: product(shape.slice(0, axis)), size: shape[axis], inner: product(shape.slice(axis + 1)) };
}

/** Only these positions along an axis. */
export function takenAlong({ shape, data }: WeightValues, axis: number, positions: readonly number[]): WeightValues {
  const { outer, size, inner } = aroundAxis(shape, axis);
  const taken = new Float32Array(outer * positions.length * inner);
  for (let o = 0; o < outer; o++) {
    for (const [at, position] of positions.entries()) {
      const from = (o * size + position) * inner;
      taken.set(data.subarray(from, from + inner), (o * positions.length + at) * inner);
    }
  }
  return { shape: shape.map((side, at) => (at === axis ? positions.length : side)), data: taken };
}

/** Sums of squares at each position of an axis. */
export function squaresAlong({ shape, data }: WeightValues, axis: number): Float64Array {
  const { outer, size, inner } = aroundAxis(shape, axis);
  const sums = new Float64Array(size);
  for (let o = 0; o < outer; o++) {
    for (let position = 0; position < size; position++) {
      const from = (o * size + position) * inner;
      for (let at = from; at < from + inner; at++) sums[position] += data[at] ** 2;
    }
  }
  return sums;
}
