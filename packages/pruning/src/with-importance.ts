// A compressor that asks for the importance of its entries each time.
import type { CompressOptions, Matrix, MatrixCompressor } from '@gcompress/core';
import { assertType } from '@gcompress/core/checks';

/**
 * The compressor with `importance` filled in, for hosts that give none, such as the operators and layers of a training. Options
 * and files stay those of the compressor.
 *
 * @param importance called at each compression, and for the compressor in force at a step too; undefined for none yet. As it speaks of
 * one matrix, each matrix needs a compressor of its own.
 * @throws GCompressError `invalid-option` unless a compressor and a function are given.
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
