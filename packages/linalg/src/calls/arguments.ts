// Run-time checks of arguments: kernels, listeners, moments and arrays of numbers.

import type { Kernels } from '@gcompress/core';
import { GCompressError, type InputMoments, type ProgressOptions } from '@gcompress/core';
import { assertKnownOptions, assertNumber, assertType, describeValue } from '@gcompress/core/checks';

const OPTIONAL = ['allocate', 'holdSingle', 'holdPoints', 'onWork'] as const;
const KERNELS: readonly Exclude<keyof Kernels, (typeof OPTIONAL)[number]>[] = [
  'multiply',
  'gram',
  'updateThenMultiply',
  'updateThenMultiplyTransposed',
  'updateThenMultiplySymmetric',
  'rotateBack',
];

/**
 * Checks kernels.
 *
 * @throws GCompressError `invalid-option`, with the name of the missing kernel.
 */
export function assertKernels(where: string, kernels: Kernels): void {
  assertType(where, 'kernels', kernels, 'object');
  for (const name of KERNELS) assertType(where, `kernels.${name}`, kernels[name], 'function');
  for (const name of OPTIONAL) {
    if (kernels[name] !== undefined) assertType(where, `kernels.${name}`, kernels[name], 'function');
  }
}

/**
 * Checks the progress listener and the abort signal.
 *
 * @throws GCompressError `unknown-option` or `invalid-option`.
 */
export function assertListeners(where: string, progress: ProgressOptions): void {
  assertKnownOptions(where, progress, ['signal', 'onProgress']);
  const { signal, onProgress } = progress;
  if (onProgress !== undefined) assertType(where, 'onProgress', onProgress, 'function');
  if (signal === undefined || typeof signal?.throwIfAborted === 'function') return;
  throw new GCompressError('invalid-option', {
    where: `${where} signal`,
    expected: 'an AbortSignal',
    actual: describeValue(signal),
  });
}

/**
 * Checks that moments have `size · size` values. The values themselves are checked by the methods.
 *
 * @throws GCompressError `invalid-option`.
 */
export function assertMoments(where: string, moments: InputMoments): void {
  assertType(where, 'moments', moments, 'object');
  const { size, values } = moments;
  assertNumber(`${where} moments`, 'size', size, { min: 1, integer: true });
  if (values instanceof Float64Array && values.length === size * size) return;
  throw new GCompressError('invalid-option', {
    where: `${where} moments`,
    expected: `${size} × ${size} values in a Float64Array`,
    actual: values instanceof Float64Array ? `${values.length}` : describeValue(values),
  });
}

/**
 * Checks for an array of at least this length.
 *
 * @throws GCompressError `invalid-matrix` when it is not an array of numbers, `shape-mismatch` when it is too short.
 */
export function assertNumbers(where: string, values: ArrayLike<number>, least = 0): void {
  const given: unknown = values;
  const listed = Array.isArray(given) || (ArrayBuffer.isView(given) && !(given instanceof DataView));
  if (!listed) {
    throw new GCompressError('invalid-matrix', {
      where,
      expected: 'an array of numbers',
      actual: describeValue(given),
    });
  }
  if (values.length >= least) return;
  throw new GCompressError('shape-mismatch', { where, expected: `${least} values`, actual: `${values.length}` });
}
