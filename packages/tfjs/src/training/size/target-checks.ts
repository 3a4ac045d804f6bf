// Checks of the operators of a size target, before they train.
import { GCompressError } from '@gcompress/core';
import { describeValue } from '@gcompress/core/checks';
import type { CompressionSchedule, ScheduleState } from '@gcompress/scheduler';
import { TfCompressionOp } from '../compression-op.ts';
import type { StepState } from '../step-state.ts';

/** Alpha at which the matrices first take no more than the target, unless told otherwise. */
export const REACHED_AT = 0.5;

/** @throws GCompressError `invalid-option` for anything but a list of operators. */
export function assertOperators(where: string, operators: unknown): asserts operators is readonly TfCompressionOp[] {
  const given = Array.isArray(operators) && operators.length > 0;
  if (given && operators.every((op) => op instanceof TfCompressionOp)) return;
  throw new GCompressError('invalid-option', {
    where: `${where} operators`,
    expected: 'a list of compression operators',
    actual: given ? 'a list with other things' : describeValue(operators),
    hint: 'Make a TfCompressionOp for each variable.',
  });
}

/**
 * Refuses operators that cannot be brought to a size: compressors without a price of a bit, and schedules that do not compress once alpha
 * is low enough.
 *
 * @throws GCompressError `unsupported`.
 */
export function assertFits(where: string, operators: readonly TfCompressionOp[], reachedAt = REACHED_AT): void {
  for (const { name, compressor, schedule, state } of operators) {
    if (!compressor.withBitPrice) {
      throw new GCompressError('unsupported', {
        where,
        expected: 'methods with a fixed price of a bit',
        actual: `${compressor.method}(${JSON.stringify(compressor.options)}) of '${name}'`,
        hint: 'Use one such as uniform({ lambda: 1e-3 }): the target finds the factor of the price.',
      });
    }
    const last = alphaOfLastCompression(schedule, state);
    if (last <= reachedAt) continue;
    throw new GCompressError('unsupported', {
      where,
      expected: `a schedule that still compresses when alpha is ${reachedAt} or less, and then reaches 0`,
      actual: `the last compression of '${name}' at alpha ${last}`,
      hint: 'Give the schedule an end and refactorEvery: 1.',
    });
  }
}

/** Alpha after the last update that compresses; 0 if alpha is 0 already. */
export function alphaOfLastCompression(schedule: CompressionSchedule, state: StepState): number {
  if (schedule.alpha(state) === 0) return 0;
  if (schedule.zeroStep === undefined) return 1;
  let last = 1;
  let now: ScheduleState = state;
  for (let step = state.steps; step <= schedule.zeroStep; step++) {
    const { compress, state: next } = schedule.update(step, now);
    now = next;
    if (compress) last = schedule.alpha(now);
  }
  return last;
}
