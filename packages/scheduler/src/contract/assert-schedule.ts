// Checks that a value from a JavaScript caller is a schedule.
import { GCompressError } from '@gcompress/core';
import { describeValue } from '@gcompress/core/checks';
import type { CompressionSchedule } from './schedule.ts';

/**
 * Refuses anything but a schedule.
 *
 * @throws GCompressError `invalid-option`.
 */
export function assertSchedule(where: string, name: string, value: unknown): asserts value is CompressionSchedule {
  const { config, warnings, update, alpha, forLayer } = membersOf(value);
  const callable = [update, alpha, forLayer].every((member) => typeof member === 'function');
  if (isObject(value) && isObject(config) && Array.isArray(warnings) && callable) return;
  throw new GCompressError('invalid-option', {
    where: `${String(where)} ${String(name)}`,
    expected: 'a schedule',
    actual: describeValue(value),
    hint:
      typeof value === 'function'
        ? 'Call it: linearAlpha({ … }).'
        : 'Pass a schedule of @gcompress/scheduler: linearAlpha({ … }).',
  });
}

/** True for an object or a function, whose members can be read. */
function membersOf(value: unknown): Readonly<Record<string, unknown>> {
  return isObject(value) || typeof value === 'function' ? (value as Readonly<Record<string, unknown>>) : {};
}

function isObject(value: unknown): value is object {
  return typeof value === 'object' && value !== null;
}
