// The portable kernels: all hot loops in plain JavaScript.
import type { Kernels } from '@gcompress/core';
import { gram, multiply } from './products.ts';
import { updateThenMultiply, updateThenMultiplySymmetric, updateThenMultiplyTransposed } from './rank-one-updates.ts';
import { rotateBack } from './rotations.ts';

/**
 * {@link Kernels} in plain JavaScript over typed arrays. They use `+ − × ÷` and `Math.sqrt` alone, in a fixed order, so
 * their results are the same to the last bit on every engine.
 */
export const portableKernels: Kernels = {
  name: 'portable',
  multiply,
  gram,
  updateThenMultiply,
  updateThenMultiplyTransposed,
  updateThenMultiplySymmetric,
  rotateBack,
};
