// The schedule whose alpha falls along a polynomial.
import { assertNumber } from '@gcompress/core/checks';
import { fittedCurveRule } from '../contract/curve.ts';
import { defineSchedule } from '../contract/define-schedule.ts';
import { updateWindow, WINDOW_OPTIONS, type WindowOptions } from '../contract/update-window.ts';

/** Options of {@link polynomialAlpha}. */
export interface PolynomialAlphaOptions extends WindowOptions {
  readonly end: number;
  /** Exponent in (0, 10]: above 1 alpha falls fast at first, below 1 slowly. Default 3. */
  readonly power?: number;
}

/**
 * Alpha is `(1 − t)^power`, where `t` is the part of the window's updates that is done, and 0 at the last update. It is the
 * curve along which magnitude pruning usually lowers density (Zhu and Gupta, 2017, with power 3).
 *
 * @throws GCompressError `invalid-option` or `unknown-option`, naming the option.
 */
export const polynomialAlpha = defineSchedule<PolynomialAlphaOptions>({
  kind: 'polynomial',
  name: 'polynomialAlpha',
  optionNames: [...WINDOW_OPTIONS, 'power'],
  create({ power = 3, ...options }) {
    const window = updateWindow('polynomialAlpha', options);
    assertNumber('polynomialAlpha', 'power', power, { above: 0, max: 10 });
    return { ...fittedCurveRule('polynomialAlpha', window, (t) => (1 - t) ** power), options: { ...window, power } };
  },
});
