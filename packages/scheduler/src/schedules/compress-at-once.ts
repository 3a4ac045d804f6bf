// The schedule that compresses once and drops the matrix at that step.
import { assertKnownOptions, assertNumber } from '@gcompress/core/checks';
import type { CompressionSchedule } from '../contract/schedule.ts';
import { completeStagger, type StaggerOptions } from '../contract/stagger.ts';
import { linearAlpha } from './linear-alpha.ts';

/** Options of {@link compressAtOnce}. */
export interface CompressAtOnceOptions {
  /** Step of the only update. Default 0. */
  readonly begin?: number;
  /** Delays each layer by its own number of steps. */
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
