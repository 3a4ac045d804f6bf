// Checks of what JavaScript callers hand over: tensors, variables and views.
export { assertCompressor } from '@gcompress/core/checks';
export { assertSchedule } from '@gcompress/scheduler';

import { GCompressError } from '@gcompress/core';
import { assertShape2D, describeValue } from '@gcompress/core/checks';
import { Tensor, Variable } from '@tensorflow/tfjs-core';

/**
 * Refuses anything but a variable in use.
 *
 * @throws GCompressError `invalid-option`, or `disposed`.
 */
export function assertVariable(where: string, name: string, value: unknown): asserts value is Variable {
  if (!(value instanceof Variable)) {
    throw new GCompressError('invalid-option', {
      where: `${where} ${name}`,
      expected: 'a variable of TensorFlow.js',
      actual: value instanceof Tensor ? 'a tensor' : describeValue(value),
      hint: 'Make one: tf.variable(tensor).',
    });
  }
  if (!value.isDisposed) return;
  throw new GCompressError('disposed', {
    where: `${where} ${name}`,
    expected: 'a variable in use',
    actual: 'a disposed one',
  });
}

/**
 * Refuses anything but a tensor in use, of this dtype where one is given.
 *
 * @throws GCompressError `invalid-option`, or `disposed`.
 */
export function assertTensor(where: string, name: string, value: unknown, dtype?: string): asserts value is Tensor {
  const place = `${where} ${name}`;
  const wanted = dtype === undefined ? 'a tensor' : `a tensor of ${dtype}`;
  if (!(value instanceof Tensor)) {
    throw new GCompressError('invalid-option', { where: place, expected: wanted, actual: describeValue(value) });
  }
  if (value.isDisposed) {
    throw new GCompressError('disposed', { where: place, expected: `${wanted} in use`, actual: 'a disposed one' });
  }
  if (dtype === undefined || value.dtype === dtype) return;
  throw new GCompressError('invalid-option', { where: place, expected: wanted, actual: `one of ${value.dtype}` });
}

/**
 * Refuses a view that is no shape `[m, n]`, or whose permutation is no list of axes.
 *
 * @throws GCompressError `invalid-matrix` or `invalid-option`.
 */
export function assertView(where: string, shape: unknown, permutation: unknown): void {
  if (shape !== undefined) {
    if (!Array.isArray(shape)) {
      const actual = describeValue(shape);
      throw new GCompressError('invalid-option', { where: `${where} shape`, expected: 'a shape [m, n]', actual });
    }
    assertShape2D(shape as readonly number[], `${where} shape`);
  }
  if (permutation === undefined) return;
  if (Array.isArray(permutation) && permutation.every((axis) => Number.isSafeInteger(axis) && axis >= 0)) return;
  throw new GCompressError('invalid-option', {
    where: `${where} permutation`,
    expected: 'a list of axes',
    actual: describeValue(permutation),
  });
}
