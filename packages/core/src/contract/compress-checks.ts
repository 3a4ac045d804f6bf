// Checks of what `compress` is given besides the matrix.
import { GCompressError } from '../checks/errors.ts';
import { assertKnownOptions, assertType, describeValue } from '../checks/option-checks.ts';
import { assertFinite, type Matrix } from '../matrix/matrix.ts';
import type { CompressOptions } from './matrix-compressor.ts';

/** Checks the options of a call of `compress`. */
export function assertCompressOptions(name: string, options: CompressOptions): void {
  assertKnownOptions(`${name}.compress`, options, ['signal', 'onProgress', 'importance']);
  const { signal, onProgress } = options;
  if (onProgress !== undefined) assertType(`${name}.compress`, 'onProgress', onProgress, 'function');
  if (signal !== undefined) {
    const hint = 'Pass the signal of an AbortController.';
    assertType(`${name}.compress`, 'signal', signal, 'object', hint);
    assertType(`${name}.compress signal`, 'throwIfAborted', signal.throwIfAborted, 'function', hint);
  }
}

/** Checks that a method accepts importance, and that the weights fit the matrix. */
export function assertImportance(name: string, accepted: boolean, importance: Matrix, matrix: Matrix): void {
  if (!accepted) {
    throw new GCompressError('unsupported', {
      where: `${name} importance`,
      expected: 'no weights, which this method does not use',
      actual: describeValue(importance),
      hint: 'Leave importance out, or use a method that accepts it.',
    });
  }
  assertFinite(importance, `${name} importance`);
  if (importance.shape[0] !== matrix.shape[0] || importance.shape[1] !== matrix.shape[1]) {
    throw new GCompressError('shape-mismatch', {
      where: `${name} importance`,
      expected: `shape [${matrix.shape.join(', ')}]`,
      actual: `[${importance.shape.join(', ')}]`,
    });
  }
  if (importance.data.some((weight) => weight < 0) || importance.data.every((weight) => weight === 0)) {
    throw new GCompressError('invalid-option', {
      where: `${name} importance`,
      expected: 'weights of at least 0 that are not all 0',
      actual: importance.data.some((weight) => weight < 0) ? 'a negative weight' : 'zeros alone',
    });
  }
}
