// The steps at which a schedule updates: from begin to end, at a frequency.
import { GCompressError } from '@gcompress/core';
import { assertNumber, assertType } from '@gcompress/core/checks';
import type { ScheduleOptions } from './define-schedule.ts';

/** The steps of updates: `begin`, `begin + frequency`, … up to and including `end`. */
export interface WindowOptions extends ScheduleOptions {
  /** First step with an update. Default 0. */
  readonly begin?: number;
  /** Last step at which an update may happen, inclusive; −1 for no end. Default −1. */
  readonly end?: number;
  /** Steps between two updates. Default 10. */
  readonly frequency?: number;
}

/** {@link WindowOptions} with their defaults. */
export interface UpdateWindow {
  readonly begin: number;
  readonly end: number;
  readonly frequency: number;
}

/** Names of the options of a window. */
export const WINDOW_OPTIONS = ['begin', 'end', 'frequency'] as const;

/**
 * Checks the options of a window and adds the defaults.
 *
 * @throws GCompressError `invalid-option`, naming the option.
 */
export function updateWindow(kind: string, options: WindowOptions): UpdateWindow {
  assertType(String(kind), 'options', options, 'object');
  const { begin = 0, end = -1, frequency = 10 } = options;
  assertNumber(kind, 'begin', begin, { min: 0, integer: true });
  assertNumber(kind, 'end', end, { min: -1, integer: true });
  assertNumber(kind, 'frequency', frequency, { min: 1, integer: true });
  if (end !== -1 && end < begin) {
    throw new GCompressError('invalid-option', {
      where: `${kind} end`,
      expected: `-1 for no end, or at least begin = ${begin}`,
      actual: `${end}`,
    });
  }
  return { begin, end, frequency };
}

/**
 * True if an update is due: the step lies in the window, and it has passed a point of the window that the last update had not. A late
 * call still makes its update, and the next update comes at the next point.
 */
export function isUpdateStep({ begin, end, frequency }: UpdateWindow, step: number, lastUpdateStep: number): boolean {
  const inside = step >= begin && (end === -1 || step <= end);
  return inside && Math.floor((step - begin) / frequency) > Math.floor((lastUpdateStep - begin) / frequency);
}

/** The number of updates in the window; infinite without an end. */
export function updatesIn({ begin, end, frequency }: UpdateWindow): number {
  return end === -1 ? Number.POSITIVE_INFINITY : Math.floor((end - begin) / frequency) + 1;
}

/** Step of the n-th update, counted from 1. */
export function stepOfUpdate({ begin, frequency }: UpdateWindow, n: number): number {
  return begin + (n - 1) * frequency;
}

/**
 * The window shifted by this many steps.
 *
 * @throws GCompressError `invalid-option`, naming the argument.
 */
export function delayedWindow(window: UpdateWindow, steps: number): { begin: number; end: number } {
  assertType('delayedWindow', 'window', window, 'object');
  assertNumber('delayedWindow', 'steps', steps);
  const { begin, end } = window;
  return { begin: begin + steps, end: end === -1 ? -1 : end + steps };
}
