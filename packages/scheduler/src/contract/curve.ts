// Curves along which alpha falls from 1 to 0 inside a window of steps.
import { GCompressError } from '@gcompress/core';
import { assertType } from '@gcompress/core/checks';
import type { ScheduleRule } from './define-schedule.ts';
import {
  delayedWindow,
  isUpdateStep,
  stepOfUpdate,
  type UpdateWindow,
  updatesIn,
  type WindowOptions,
} from './update-window.ts';

/** A curve along which alpha falls from 1 to 0 over a number of updates. */
export interface Curve {
  /** Updates after which alpha is 0. */
  readonly updates: number;
  /** Alpha after fewer updates. Computed from their number, never by a running sum, so that it does not drift. */
  alpha(updates: number): number;
}

/**
 * The warnings and the zero step of a curve, given `available` updates, the n-th of them at step `stepOf(n)`.
 *
 * @param hint what to change if there are too few updates for alpha to reach 0.
 * @throws GCompressError `invalid-option` when the curve lacks `alpha`, or `stepOf` is not a function.
 */
export function curveOutcome(
  kind: string,
  curve: Curve,
  available: number,
  stepOf: (n: number) => number,
  hint: string,
): Pick<ScheduleRule<WindowOptions>, 'zeroStep' | 'warnings' | 'alpha'> {
  assertType(String(kind), 'curve', curve, 'object');
  assertType(`${String(kind)} curve`, 'alpha', curve.alpha, 'function');
  assertType(String(kind), 'stepOf', stepOf, 'function');
  const reachesZero = curve.updates <= available;
  return {
    zeroStep: reachesZero ? stepOf(curve.updates) : undefined,
    warnings: reachesZero ? [] : [neverZero(kind, curve.alpha(available), hint)],
    alpha: ({ updates }) => (updates >= curve.updates ? 0 : curve.alpha(updates)),
  };
}

/** The rule of a curve whose updates are spread over a window. No update is due after alpha is 0. */
export function curveRule(
  kind: string,
  window: UpdateWindow,
  curve: Curve,
  hint: string,
): Omit<ScheduleRule<WindowOptions>, 'options'> {
  return {
    ...curveOutcome(kind, curve, updatesIn(window), (n) => stepOfUpdate(window, n), hint),
    isDue: (step, { updates, lastUpdateStep }) => updates < curve.updates && isUpdateStep(window, step, lastUpdateStep),
    delayed: (steps) => delayedWindow(window, steps),
  };
}

/**
 * The rule of a curve that ends with its window: `shape(t)` is alpha after the part `t`, in (0, 1), of the updates.
 *
 * @throws GCompressError `invalid-option` if the window has no end.
 */
export function fittedCurveRule(kind: string, window: UpdateWindow, shape: (part: number) => number) {
  const updates = updatesIn(window);
  if (updates === Number.POSITIVE_INFINITY) {
    throw new GCompressError('invalid-option', {
      where: `${kind} end`,
      expected: 'the step at which alpha reaches 0',
      actual: 'no end',
    });
  }
  return curveRule(kind, window, { updates, alpha: (done) => shape(done / updates) }, '');
}

/** The warning that a model on this schedule never becomes smaller. */
export function neverZero(kind: string, lastAlpha: number, hint: string): string {
  return `${kind}: alpha ends at ${Number(lastAlpha.toPrecision(4))} and never reaches 0, so the uncompressed matrix stays in use. ${hint}`;
}
