// The schedule whose alpha falls in a straight line.
import { assertNumber } from '@gcompress/core/checks';
import { type Curve, curveRule } from '../contract/curve.ts';
import { defineSchedule } from '../contract/define-schedule.ts';
import { updatesIn, updateWindow, WINDOW_OPTIONS, type WindowOptions } from '../contract/update-window.ts';

/** Options of {@link linearAlpha}. */
export interface LinearAlphaOptions extends WindowOptions {
  /**
   * How much alpha falls at each update, in (0, 1]. Default: the value that brings alpha to 0 at the last update of the window; 0.01 for a
   * window without end.
   */
  readonly decrement?: number;
}

/**
 * Alpha falls by the same amount at each update: `max(0, 1 − updates · decrement)`. The first update computes the factors
 * and lowers alpha already.
 *
 * Porting note: the rule that the Python library documents. Its code has three other rules, which are in
 * `@gcompress/graph-compression`: `referenceGraph`, `referenceHost` and `referenceEager`.
 *
 * @throws GCompressError `invalid-option` or `unknown-option`, naming the option.
 */
export const linearAlpha = defineSchedule<LinearAlphaOptions>({
  kind: 'linear',
  name: 'linearAlpha',
  optionNames: [...WINDOW_OPTIONS, 'decrement'],
  create({ decrement, ...options }) {
    const window = updateWindow('linearAlpha', options);
    const hint = 'Choose a later end, a smaller frequency or a larger decrement, or leave the decrement out.';
    return {
      ...curveRule('linearAlpha', window, linearCurve('linearAlpha', decrement, updatesIn(window)), hint),
      options: { ...window, ...(decrement === undefined ? {} : { decrement }) },
    };
  },
});

/**
 * A straight line from 1 to 0.
 *
 * @param decrement how much alpha falls at each update. Default: alpha reaches 0 after `available` updates.
 * @throws GCompressError `invalid-option` when the decrement is not in (0, 1].
 */
export function linearCurve(kind: string, decrement?: number, available = Number.POSITIVE_INFINITY): Curve {
  if (decrement === undefined && available !== Number.POSITIVE_INFINITY) {
    return { updates: available, alpha: (done) => 1 - done / available };
  }
  const fall = decrement ?? 0.01;
  assertNumber(kind, 'decrement', fall, { above: 0, max: 1 });
  // A decrement such as 1/49 is rounded; the remainder of alpha must not cost a 50th update.
  const updates = Math.ceil((1 / fall) * (1 - 1e-12));
  return { updates, alpha: (done) => 1 - done * fall };
}
