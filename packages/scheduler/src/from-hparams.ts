import type { CompressionHParams } from '@gcompress/core';
import { linearAlpha } from './linear-alpha.ts';
import { neverUpdate } from './never-update.ts';
import type { CompressionSchedule } from './schedule.ts';

/**
 * The schedule that hyperparameters mean: {@link linearAlpha}, or {@link neverUpdate} where `updateOption` is `'none'`.
 * Whether a callback or the user's own loop asks for updates makes no difference to when they are due.
 *
 * @throws GCompressError `invalid-option`, naming the option.
 */
export function scheduleFromHParams(hparams: CompressionHParams): CompressionSchedule {
  if (hparams.updateOption === 'none') return neverUpdate({});
  return linearAlpha({
    begin: hparams.beginCompressionStep,
    end: hparams.endCompressionStep,
    frequency: hparams.compressionFrequency,
    decrement: hparams.alphaDecrementValue,
  });
}
