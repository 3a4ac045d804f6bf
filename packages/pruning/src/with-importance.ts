// Wraps a compressor so that each compression gets its importance from a source.
import type { CompressOptions, Matrix, MatrixCompressor } from '@gcompress/core';
import { assertCompressor, assertType } from '@gcompress/core/checks';
import type { GradientImportance } from './gradient-importance.ts';

/**
 * The compressor with `importance` filled in, for hosts that pass no importance, such as operators and layers in training. Options and
 * files are the same as without it.
 *
 * @param source called at each compression, also by the compressors of `atStep`. Either a `gradientImportance`, whose history is then saved
 * in checkpoints; or a function that returns the importance, undefined before the first observation. Checkpoints do not save functions. A
 * source belongs to one matrix, so each matrix needs its own compressor.
 * @throws GCompressError `invalid-option` if the arguments are not a compressor and a source.
 */
export function withImportance<K extends string>(
  compressor: MatrixCompressor<K>,
  source: GradientImportance | (() => Matrix | undefined),
): MatrixCompressor<K> {
  const where = 'withImportance';
  assertCompressor(where, 'compressor', compressor);
  const importance = typeof source === 'function' ? source : assertedHistory(where, source).importance;
  const { method, options, format, accepts } = compressor;
  return {
    method,
    options,
    format,
    ...(accepts && { accepts }),
    ...(typeof source !== 'function' && { history: source }),
    plan: (shape) => compressor.plan(shape),
    compress(matrix, own: CompressOptions = {}) {
      const weights = importance();
      return compressor.compress(matrix, weights ? { importance: weights, ...own } : own);
    },
    ...(compressor.atStep && {
      atStep: (step: number) => withImportance(compressor.atStep?.(step) ?? compressor, source),
    }),
  };
}

function assertedHistory(where: string, source: GradientImportance): GradientImportance {
  const hint = 'Pass gradientImportance({ … }), or a function that returns the importance.';
  assertType(where, 'source', source, 'object', hint);
  for (const name of ['importance', 'saved', 'restore'] as const) {
    assertType(`${where} source`, name, source[name], 'function', hint);
  }
  return source;
}
