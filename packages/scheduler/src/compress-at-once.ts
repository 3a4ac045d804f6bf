import { assertKnownOptions, assertNumber } from '@gcompress/core/checks';
import { linearAlpha } from './linear-alpha.ts';
import type { CompressionSchedule } from './schedule.ts';
import { completeStagger, type StaggerOptions } from './stagger.ts';

/** Options of {@link compressAtOnce}. */
export interface CompressAtOnceOptions {
  /** Step of the one update. Default 0. */
  readonly begin?: number;
  /** Delays each layer by a part of its own. */
  readonly stagger?: StaggerOptions;
}

/**
 * The matrix is compressed in one step, without smoothing: alpha is 0 from `begin` on, and only the factors are trained.
 * It is {@link linearAlpha} with a decrement of 1.
 *
 * @throws GCompressError `invalid-option` or `unknown-option`, naming the option.
 */
export function compressAtOnce(options: CompressAtOnceOptions = {}): CompressionSchedule {
  const where = 'compressAtOnce';
  assertKnownOptions(where, options, ['begin', 'stagger']);
  const { begin = 0, stagger } = options;
  assertNumber(where, 'begin', begin, { min: 0, integer: true });
  if (stagger !== undefined) completeStagger(where, stagger);
  return linearAlpha({ begin, ...(stagger !== undefined && { stagger }), decrement: 1 });
}
