// Checks the teacher and the inputs, and runs the teacher.
import { GCompressError } from '@gcompress/core';
import { assertType, describeValue } from '@gcompress/core/checks';
import type { Tensor } from '@tensorflow/tfjs-core';
import type { LayersModel } from '@tensorflow/tfjs-layers';
import { isGraph } from '../student/small-model.ts';

type Sides = readonly (number | null)[];

/**
 * Refuses anything but a layers model that is built.
 *
 * @throws GCompressError `unsupported` for a graph model, `invalid-option` for anything else.
 */
export function assertTeacher(where: string, teacher: unknown): asserts teacher is LayersModel {
  const { layers, inputs, outputs, executeAsync, predictOnBatch } = (teacher ?? {}) as Readonly<
    Record<string, unknown>
  >;
  if (typeof executeAsync === 'function') throw isGraph(`${where} teacher`);
  if (Array.isArray(layers) && Array.isArray(inputs) && Array.isArray(outputs) && predictOnBatch) return;
  throw new GCompressError('invalid-option', {
    where: `${where} teacher`,
    expected: 'the original layers model',
    actual: describeValue(teacher),
    hint: 'Pass what tf.loadLayersModel gives.',
  });
}

/**
 * Refuses a small model with other inputs or outputs than the teacher.
 *
 * @throws GCompressError `shape-mismatch`.
 */
export function assertSameSides(where: string, teacher: LayersModel, small: LayersModel): void {
  for (const [part, theirs, ours] of [
    ['inputs', teacher.inputs, small.inputs],
    ['outputs', teacher.outputs, small.outputs],
  ] as const) {
    const [expected, actual] = [ours, theirs].map((all) => all.map(({ shape }) => described(shape)).join(', '));
    if (expected === actual) continue;
    throw new GCompressError('shape-mismatch', {
      where: `${where} teacher`,
      expected: `${part} ${expected} of the small model`,
      actual,
      hint: 'Pass the model that was compressed.',
    });
  }
}

/**
 * The inputs as a list of tensors with the same number of samples.
 *
 * @throws GCompressError `invalid-option` for anything but tensors, `shape-mismatch` for tensors of another shape, `non-finite` for NaN.
 */
export async function checkedInputs(where: string, model: LayersModel, inputs: unknown): Promise<readonly Tensor[]> {
  const list: readonly unknown[] = Array.isArray(inputs) ? inputs : [inputs];
  for (const one of list) assertType(where, 'inputs', one, 'object', 'Pass one tensor for each input of the model.');
  if (list.length !== model.inputs.length || !list.every(isTensor)) {
    throw new GCompressError('invalid-option', {
      where: `${where} inputs`,
      expected: `a tensor of samples for each of the ${model.inputs.length} inputs`,
      actual: `${list.length} values`,
    });
  }
  const samples = list[0].shape[0];
  for (const [at, tensor] of list.entries()) {
    const { shape, name } = model.inputs[at];
    const wanted = [samples, ...shape.slice(1)];
    const fits =
      tensor.shape.length === wanted.length && wanted.every((side, axis) => !side || side === tensor.shape[axis]);
    if (!fits || !(samples >= 2)) {
      throw new GCompressError('shape-mismatch', {
        where: `${where} input '${name}'`,
        expected: `${described(['2 or more samples', ...shape.slice(1)])}, as many as the other inputs`,
        actual: described(tensor.shape),
        hint: 'Preprocess the inputs as in training.',
      });
    }
    await assertFinite(`${where} input '${name}'`, tensor);
  }
  return list;
}

/**
 * Refuses NaN and infinity.
 *
 * @throws GCompressError `non-finite`.
 */
export async function assertFinite(where: string, tensor: Tensor): Promise<void> {
  const values = await tensor.data();
  for (let at = 0; at < values.length; at++) {
    if (Number.isFinite(values[at])) continue;
    throw new GCompressError('non-finite', {
      where,
      expected: 'finite values',
      actual: `${values[at]} at position ${at}`,
    });
  }
}

function isTensor(value: unknown): value is Tensor {
  const { shape, dtype, data } = (value ?? {}) as Partial<Tensor>;
  return Array.isArray(shape) && typeof dtype === 'string' && typeof data === 'function';
}

function described(sides: Sides | readonly (number | string | null)[]): string {
  return `[${sides.map((side) => side ?? 'any').join(', ')}]`;
}
