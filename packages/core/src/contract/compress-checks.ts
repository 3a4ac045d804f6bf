// Checks of what `compress` is given besides the matrix.

import { assertImportance } from '../aids/importance.ts';
import { assertInputMoments } from '../aids/input-moments.ts';
import { GCompressError } from '../checks/errors.ts';
import { assertKnownOptions, assertType, describeValue } from '../checks/option-checks.ts';
import type { Matrix } from '../matrix/matrix.ts';
import type { CompressionAid, CompressOptions } from './matrix-compressor.ts';

/** Checks the options of a call of `compress`. */
export function assertCompressOptions(name: string, options: CompressOptions): void {
  assertKnownOptions(`${name}.compress`, options, ['signal', 'onProgress', 'importance', 'inputMoments', 'kernels']);
  const { signal, onProgress, kernels } = options;
  if (onProgress !== undefined) assertType(`${name}.compress`, 'onProgress', onProgress, 'function');
  if (kernels !== undefined)
    assertType(`${name}.compress`, 'kernels', kernels, 'object', 'Pass portableKernels, or a faster set.');
  if (signal !== undefined) {
    const hint = 'Pass the signal of an AbortController.';
    assertType(`${name}.compress`, 'signal', signal, 'object', hint);
    assertType(`${name}.compress signal`, 'throwIfAborted', signal.throwIfAborted, 'function', hint);
  }
}

/** Checks that a method uses what it is given besides the matrix, and that it fits the matrix. */
export function assertAids(
  name: string,
  accepts: readonly CompressionAid[],
  { importance, inputMoments }: CompressOptions,
  matrix: Matrix,
): void {
  for (const [aid, value] of Object.entries({ importance, inputMoments })) {
    if (value === undefined || accepts.includes(aid as CompressionAid)) continue;
    throw new GCompressError('unsupported', {
      where: `${name} ${aid}`,
      expected: `no ${aid}, which this method does not use`,
      actual: describeValue(value),
      hint: `Leave ${aid} out, or use a method that accepts it.`,
    });
  }
  if (importance !== undefined) assertImportance(name, importance, matrix);
  if (inputMoments !== undefined) assertInputMoments(`${name} inputMoments`, inputMoments, matrix.shape[0]);
}
