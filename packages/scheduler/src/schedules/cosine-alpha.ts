// The schedule whose alpha falls along a cosine.
import { fittedCurveRule } from '../contract/curve.ts';
import { defineSchedule } from '../contract/define-schedule.ts';
import { updateWindow, WINDOW_OPTIONS, type WindowOptions } from '../contract/update-window.ts';

/** Options of {@link cosineAlpha}. */
export interface CosineAlphaOptions extends WindowOptions {
  readonly end: number;
}

/**
 * Alpha follows half a cosine: slowly at first and at the end, fast in between. It is `(1 + cos πt) / 2`, where `t` is the
 * part of the window's updates that is done, and 0 at the last update.
 *
 * @throws GCompressError `invalid-option` or `unknown-option`, naming the option.
 */
export const cosineAlpha = defineSchedule<CosineAlphaOptions>({
  kind: 'cosine',
  name: 'cosineAlpha',
  optionNames: WINDOW_OPTIONS,
  create(options) {
    const window = updateWindow('cosineAlpha', options);
    // The square of a sine is equal and more precise near 0
    return {
      ...fittedCurveRule('cosineAlpha', window, (t) => Math.sin((Math.PI / 2) * (1 - t)) ** 2),
      options: { ...window },
    };
  },
});
