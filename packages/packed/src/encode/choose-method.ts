// Chooses the method of each weight: one compressor for all, or a function of the weight.
import { GCompressError, type InputMoments, type MatrixCompressor } from '@gcompress/core';
import { assertCompressor, assertNumber, assertType, describeValue } from '@gcompress/core/checks';
import type { MatrixWeight, WeightKind } from '@gcompress/weights';
import { REST_DTYPES, type RestDtype } from '../values/rest-values.ts';
import { assertModelWeight, type ModelWeight } from './model-weights.ts';
import type { ModelContents } from './read-model.ts';

/** A weight that can be compressed, as functions that choose a method see it. */
export interface PackableWeight {
  readonly name: string;
  readonly shape: readonly number[];
  /** How the model uses it. */
  readonly kind: WeightKind;
  /** Class of the layer, or op of the node, that uses it. */
  readonly usedBy: string;
}

/**
 * One compressor for all weights, or a function that chooses a compressor for each. The function may also return the type in which a weight is
 * stored, such as `'float32'`, or `undefined` for the type `rest`.
 */
export type WeightMethod = MatrixCompressor | ((weight: PackableWeight) => MatrixCompressor | RestDtype | undefined);

/** Default of `minElements`: weights with fewer values are not compressed. */
export const MIN_ELEMENTS = 256;

/**
 * The description of a weight that can be compressed: a matrix with at least `minElements` values. Undefined for all others.
 *
 * @throws GCompressError `invalid-option` for anything but a result of `readModel`.
 */
export function packableWeight(
  weight: ModelWeight,
  kernel: MatrixWeight | undefined,
  minElements = MIN_ELEMENTS,
): PackableWeight | undefined {
  assertModelWeight('packableWeight', weight);
  assertNumber('packableWeight', 'minElements', minElements, { min: 0 });
  if (kernel === undefined) return undefined;
  assertType('packableWeight', 'kernel', kernel, 'object');
  const { name, shape } = weight;
  const { kind, usedBy } = kernel;
  const values = shape.reduce((product, side) => product * side, 1);
  return values >= minElements ? { name, shape: [...shape], kind, usedBy } : undefined;
}

/**
 * The compressor of a weight, or the type in which it is stored instead, or undefined for the type `rest`.
 *
 * @param where the function that errors name.
 * @throws GCompressError `invalid-option` when a function returns anything else.
 */
export function chooseMethod(
  where: string,
  method: WeightMethod,
  weight: PackableWeight,
): MatrixCompressor | RestDtype | undefined {
  if (typeof method !== 'function') {
    assertWeightMethod(where, method);
    return method;
  }
  assertType('chooseMethod', 'weight', weight, 'object');
  const choice = method(weight);
  const isDtype = REST_DTYPES.some((dtype) => dtype === choice);
  if (choice !== undefined && !isDtype) assertCompressor(where, `method for '${weight.name}'`, choice);
  return choice;
}

/**
 * Refuses anything but a compressor or a function.
 *
 * @throws GCompressError `invalid-option`.
 */
export function assertWeightMethod(where: string, method: unknown): asserts method is WeightMethod {
  if (typeof method !== 'function') assertCompressor(where, 'method', method);
}

/**
 * Throws for anything but a map of moments of this model's own weights, because moments of another model would be ignored silently.
 *
 * @throws GCompressError `invalid-option`.
 */
export function assertMomentsOf(
  where: string,
  moments: unknown,
  contents: ModelContents,
): asserts moments is ReadonlyMap<string, InputMoments> {
  if (!(moments instanceof Map)) {
    throw new GCompressError('invalid-option', {
      where: `${String(where)} inputMoments`,
      expected: 'a map from names of weights to moments',
      actual: describeValue(moments),
      hint: 'Pass the `moments` of what calibrate gave.',
    });
  }
  assertType('assertMomentsOf', 'contents', contents, 'object', 'Pass what readModel gave.');
  const { weights, kernels } = contents;
  assertType('assertMomentsOf contents', 'kernels', kernels, 'object');
  const inputsOf = (name: string, swapped: boolean) => {
    const shape = weights.find((weight) => weight.name === name)?.shape ?? [];
    const outputs = shape.length - (swapped ? 2 : 1);
    return shape.reduce((product, side, axis) => (axis === outputs ? product : product * side), 1);
  };
  for (const [name, given] of moments as Map<string, InputMoments>) {
    assertType(`${where} inputMoments`, `of '${String(name)}'`, given, 'object');
    const kernel = kernels.get(name);
    if (kernel && given.size === inputsOf(name, kernel.swapped)) continue;
    throw new GCompressError('invalid-option', {
      where: `${where} inputMoments`,
      expected: 'moments of weights of this model',
      actual: `moments of '${String(name)}' with ${given.size} inputs`,
      hint: 'Calibrate the very model that is compressed.',
    });
  }
}
