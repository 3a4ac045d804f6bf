// A compressor that asks a function for the importance at each compression.
import type { CompressOptions, Matrix, MatrixCompressor } from '@gcompress/core';
import { assertType } from '@gcompress/core/checks';

/**
 * The compressor with `importance` filled in, for hosts that pass no importance, such as operators and layers in training. Options and
 * files are the same as without it.
 *
 * @param importance called at each compression, also by the compressors of `atStep`; returns undefined if there is no importance yet. It
 * belongs to one matrix, so each matrix needs its own compressor.
 * @throws GCompressError `invalid-option` if the arguments are not a compressor and a function.
 */
export function withImportance<K extends string>(
  compressor: MatrixCompressor<K>,
  importance: () => Matrix | undefined,
): MatrixCompressor<K> {
  const where = 'withImportance';
  assertType(where, 'compressor', compressor, 'object');
  assertType(`${where} compressor`, 'compress', compressor.compress, 'function');
  assertType(where, 'importance', importance, 'function');
  const { method, options, format } = compressor;
  return {
    method,
    options,
    format,
    plan: (shape) => compressor.plan(shape),
    compress(matrix, own: CompressOptions = {}) {
      const weights = importance();
      return compressor.compress(matrix, weights ? { importance: weights, ...own } : own);
    },
    ...(compressor.atStep && {
      atStep: (step: number) => withImportance(compressor.atStep?.(step) ?? compressor, importance),
    }),
  };
}
