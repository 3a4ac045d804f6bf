// Checks of arguments from JavaScript callers: tensors, variables and views.
export { assertCompressor } from '@gcompress/core/checks';
export { assertSchedule } from '@gcompress/scheduler';

import { GCompressError } from '@gcompress/core';
import { assertShape2D, describeValue } from '@gcompress/core/checks';
import { Tensor, Variable } from '@tensorflow/tfjs-core';

/**
 * Checks that a value is a variable that is not disposed.
 *
 * @throws GCompressError `invalid-option`, or `disposed`.
 */
export function assertVariable(where: string, name: string, value: unknown): asserts value is Variable {
  if (!(value instanceof Variable)) {
    throw new GCompressError('invalid-option', {
      where: `${where} ${name}`,
      expected: 'a variable of TensorFlow.js',
      actual: value instanceof Tensor ? 'a tensor' : describeValue(value),
      hint: 'Make a variable: tf.variable(tensor).',
    });
  }
  if (!value.isDisposed) return;
  throw new GCompressError('disposed', {
    where: `${where} ${name}`,
    expected: 'a variable in use',
    actual: 'a disposed variable',
  });
}

/**
 * Checks that a value is a tensor that is not disposed, and that it has the given dtype.
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
    throw new GCompressError('disposed', { where: place, expected: `${wanted} in use`, actual: 'a disposed tensor' });
  }
  if (dtype === undefined || value.dtype === dtype) return;
  throw new GCompressError('invalid-option', { where: place, expected: wanted, actual: `a tensor of ${value.dtype}` });
}

/**
 * Refuses a shape that is not `[m, n]`, and a permutation that is not a list of axes.
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
