// Checks of what `compress` is given besides the matrix, and of what it makes.

import { assertImportance } from '../aids/importance.ts';
import { assertInputMoments } from '../aids/input-moments.ts';
import { GCompressError } from '../checks/errors.ts';
import { assertKnownOptions, assertType, describeValue } from '../checks/option-checks.ts';
import type { Matrix } from '../matrix/matrix.ts';
import type { CompressedMatrix } from './compressed-matrix.ts';
import type { CompressionAid, CompressOptions } from './matrix-compressor.ts';

const LARGEST_FLOAT32 = 3.4028234663852886e38;
/** By how many times an approximation may exceed the norm of its matrix before only decompressing could tell. */
const OVERSHOOT = 64;

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

/**
 * Refuses a result that float32 cannot hold: near its largest number, what finite factors stand for may become infinite
 * though the matrix is not. The factors themselves are checked against their plan before.
 *
 * @throws GCompressError `non-finite`, naming the place in the matrix.
 */
export function assertRepresentable(name: string, { shape, data }: Matrix, compressed: CompressedMatrix): void {
  let largest = 0;
  for (let i = 0; i < data.length; i++) largest = Math.max(largest, Math.abs(data[i]));
  // Decompressing costs as much as the matrix is large, and no usual matrix comes near
  if (largest < LARGEST_FLOAT32 / (OVERSHOOT * Math.sqrt(shape[0] * shape[1]))) return;
  const approximation = compressed.decompress().data;
  const at = firstNonFinite(approximation);
  if (at < 0) return;
  const place = `row ${Math.floor(at / shape[1])}, column ${at % shape[1]}`;
  throw overflow(name, `${approximation[at]} at ${place}`);
}

function firstNonFinite(data: ArrayLike<number>): number {
  let at = 0;
  while (at < data.length && Number.isFinite(data[at])) at++;
  return at < data.length ? at : -1;
}

function overflow(where: string, actual: string): GCompressError {
  const hint = `Scale the matrix down first: its entries are near ${LARGEST_FLOAT32.toPrecision(3)}, the largest of float32.`;
  return new GCompressError('non-finite', { where, expected: 'an approximation within float32', actual, hint });
}
