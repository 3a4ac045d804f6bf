// Inputs for a model: arrays of a file, or random values with a seed.
import type { ProbeInputs } from '@gcompress/packed/probes';
import type { DataType } from '@tensorflow/tfjs-core';
import type { RunnableModel } from '../models/run-model.ts';
import { inputError } from '../process/refusals.ts';
import { newData } from './npy.ts';
import type { PlainArray } from './plain-array.ts';
import type { NamedArrays } from './read-arrays.ts';

/**
 * One random example for each input, from 0 to 1, with a seed. Sides of any length get the length 1.
 *
 * @throws GCompressError `file-read` for an input of another type than float32, because sensible values are unknown.
 */
export function seededInputs(model: RunnableModel, seed: number): ProbeInputs {
  return model.inputs.map(({ name, shape, dtype }, i) => {
    if (dtype !== 'float32') {
      const hint = 'Give inputs with --inputs.';
      throw inputError(`input '${name}'`, 'float32, for which values can be drawn', `${dtype}`, hint);
    }
    return { shape: (shape ?? []).map((side) => (isFree(side) ? 1 : side)), seed: (seed + i * 7919) >>> 0 };
  });
}

/**
 * Assigns the arrays of a file to the inputs of a model: by name, or else in order.
 *
 * @throws GCompressError `file-read` if their number, a shape or the values do not fit the inputs, and for NaN.
 */
export function arrayInputs(model: RunnableModel, arrays: NamedArrays, where: string): PlainArray[] {
  const { inputs } = model;
  if (arrays.size !== inputs.length) {
    throw inputError(where, `${inputs.length} arrays, one for each input`, `${arrays.size}`);
  }
  const inOrder = [...arrays.values()];
  const isNamed = inputs.every(({ name }) => arrays.has(name));
  const found = inputs.map(({ name, dtype, shape }, i) => {
    const array = (isNamed ? arrays.get(name) : inOrder[i]) as PlainArray;
    if (!fits(array.shape, shape)) {
      const sides = (shape ?? []).map((side) => (isFree(side) ? 'any' : side));
      throw inputError(where, `the shape [${sides.join(', ')}] for input '${name}'`, `[${array.shape.join(', ')}]`);
    }
    return ofType(array, dtype, `${where}, input '${name}'`);
  });
  const [batch] = found[0]?.shape ?? [];
  if (batch && found.every(({ shape }) => shape[0] === batch)) return found;
  throw inputError(
    where,
    'arrays with the same number of examples, at least one',
    `${found.map(({ shape }) => shape[0]).join(', ')}`,
  );
}

/** The array in the type of the input. Integers become float32, because files of pictures often hold integers; the other way only exact values do. */
function ofType(array: PlainArray, dtype: DataType, where: string): PlainArray {
  const { dtype: own, data } = array;
  const missing = own === 'float32' ? data.findIndex(Number.isNaN) : -1;
  if (missing >= 0) throw inputError(where, 'numbers', `NaN at position ${missing}`);
  if (own === dtype || (dtype !== 'float32' && dtype !== 'int32' && dtype !== 'bool')) return array;
  const converted = newData(dtype, data.length);
  converted.set(data);
  const changed =
    dtype === 'float32'
      ? -1
      : data.findIndex((value, at) => converted[at] !== value || (dtype === 'bool' && value > 1));
  if (changed >= 0) throw inputError(where, `values of ${dtype}`, `${data[changed]} at position ${changed}`);
  return { ...array, dtype, data: converted };
}

function fits(shape: readonly number[], expected: RunnableModel['inputs'][number]['shape']): boolean {
  return (
    !expected || (shape.length === expected.length && expected.every((side, i) => isFree(side) || side === shape[i]))
  );
}

function isFree(side: number | null): side is null {
  return side === null || side < 0;
}
