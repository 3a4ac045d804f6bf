// A compressor that asks for the importance of its entries each time.
import type { CompressOptions, Matrix, MatrixCompressor } from '@gcompress/core';
import { assertCompressor, assertType } from '@gcompress/core/checks';
import type { GradientImportance } from './gradient-importance.ts';

/**
 * The compressor with `importance` filled in, for hosts that give none, such as the operators and layers of a training. Options
 * and files stay those of the compressor.
 *
 * @param source asked at each compression, and by the compressor in force at a step too: what `gradientImportance` gives, whose history
 * checkpoints then keep; or a function, of which they keep nothing, that returns undefined for no importance yet. As it speaks of one
 * matrix, each matrix needs a compressor of its own.
 * @throws GCompressError `invalid-option` unless a compressor and a source are given.
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
