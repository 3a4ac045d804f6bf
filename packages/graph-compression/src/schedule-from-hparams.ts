// The schedule that hyperparameters describe.
import { GCompressError } from '@gcompress/core';
import { assertNumber, assertType } from '@gcompress/core/checks';
import { type CompressionSchedule, linearAlpha, neverUpdate } from '@gcompress/scheduler';
import type { CompressionHParams } from './hparams/hparams.ts';

/**
 * The schedule that hyperparameters describe: {@link linearAlpha}, or {@link neverUpdate} if `updateOption` is `'none'`. The schedule is
 * the same whether a callback or a custom training loop runs the updates.
 *
 * @throws GCompressError `invalid-option`, naming the option.
 */
export function scheduleFromHParams(hparams: CompressionHParams): CompressionSchedule {
  const where = 'scheduleFromHParams';
  assertType(where, 'hparams', hparams, 'object', 'Parse the hyperparameters first: parseHParams(text).');
  assertType(where, 'updateOption', hparams.updateOption, 'string');
  if (hparams.updateOption === 'none') return neverUpdate({});
  // Checked here, because linearAlpha would name its own options in errors and replace missing values by its own defaults
  const integer = true;
  assertNumber(where, 'beginCompressionStep', hparams.beginCompressionStep, { min: 0, integer });
  assertNumber(where, 'endCompressionStep', hparams.endCompressionStep, { min: -1, integer });
  assertNumber(where, 'compressionFrequency', hparams.compressionFrequency, { min: 1, integer });
  assertNumber(where, 'alphaDecrementValue', hparams.alphaDecrementValue, { above: 0, max: 1 });
  const { beginCompressionStep: begin, endCompressionStep: end } = hparams;
  if (end !== -1 && end < begin) {
    throw new GCompressError('invalid-option', {
      where: `${where} endCompressionStep`,
      expected: `-1 for no end, or at least beginCompressionStep = ${begin}`,
      actual: `${end}`,
    });
  }
  return linearAlpha({
    begin: hparams.beginCompressionStep,
    end: hparams.endCompressionStep,
    frequency: hparams.compressionFrequency,
    decrement: hparams.alphaDecrementValue,
  });
}
