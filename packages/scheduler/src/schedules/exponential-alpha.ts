// The schedule whose alpha falls exponentially.
import { assertNumber } from '@gcompress/core/checks';
import { fittedCurveRule } from '../contract/curve.ts';
import { defineSchedule } from '../contract/define-schedule.ts';
import { updateWindow, WINDOW_OPTIONS, type WindowOptions } from '../contract/update-window.ts';

/** Options of {@link exponentialAlpha}. */
export interface ExponentialAlphaOptions extends WindowOptions {
  readonly end: number;
  /** Decay constant over the whole window, in (0, 100]; the larger, the faster alpha falls at first. Default 5. */
  readonly rate?: number;
}

/**
 * Alpha decays as `e^(−rate · t)`, where `t` is the part of the window's updates that is done, lowered and stretched so
 * that it is exactly 0 at the last update.
 *
 * @throws GCompressError `invalid-option` or `unknown-option`, naming the option.
 */
export const exponentialAlpha = defineSchedule<ExponentialAlphaOptions>({
  kind: 'exponential',
  name: 'exponentialAlpha',
  optionNames: [...WINDOW_OPTIONS, 'rate'],
  create({ rate = 5, ...options }) {
    const window = updateWindow('exponentialAlpha', options);
    assertNumber('exponentialAlpha', 'rate', rate, { above: 0, max: 100 });
    const shape = (t: number) => Math.expm1(rate * (1 - t)) / Math.expm1(rate);
    return { ...fittedCurveRule('exponentialAlpha', window, shape), options: { ...window, rate } };
  },
});
