// The schedule whose alpha falls at listed steps.
import { GCompressError } from '@gcompress/core';
import { assertNumber, describeValue } from '@gcompress/core/checks';
import { neverZero } from '../contract/curve.ts';
import { defineSchedule, type ScheduleOptions } from '../contract/define-schedule.ts';

/** Options of {@link stepwiseAlpha}. */
export interface StepwiseAlphaOptions extends ScheduleOptions {
  /** Steps at which alpha changes, rising. */
  readonly steps: readonly number[];
  /** Alpha from each of these steps on, in [0, 1], never rising. */
  readonly values: readonly number[];
}

/**
 * Alpha takes the listed values at the listed steps. A late update takes the latest value and skips the values that it missed.
 *
 * @throws GCompressError `invalid-option` or `unknown-option`, naming the option.
 */
export const stepwiseAlpha = defineSchedule<StepwiseAlphaOptions>({
  kind: 'stepwise',
  name: 'stepwiseAlpha',
  optionNames: ['steps', 'values'],
  create({ steps, values }) {
    assertSteps(steps);
    assertValues(values, steps.length);
    const reached = (step: number) => steps.filter((each) => each <= step).length;
    const valueAt = (step: number) => values[reached(step) - 1] ?? 1;
    const last = values[values.length - 1];
    return {
      options: { steps: [...steps], values: [...values] },
      zeroStep: steps[values.indexOf(0)],
      warnings: last === 0 ? [] : [neverZero('stepwiseAlpha', last, 'End the values with 0.')],
      isDue: (step, { lastUpdateStep }) => reached(step) > reached(lastUpdateStep) && valueAt(lastUpdateStep) > 0,
      alpha: ({ lastUpdateStep }) => valueAt(lastUpdateStep),
      delayed: (delay) => ({ steps: steps.map((step) => step + delay) }),
    };
  },
});

function assertSteps(steps: readonly number[]): void {
  if (!Array.isArray(steps)) throw wrong('steps', 'a list of steps', describeValue(steps));
  if (steps.length === 0) throw wrong('steps', 'a list of steps', 'an empty one');
  steps.forEach((step, i) => {
    assertNumber('stepwiseAlpha', 'steps', step, { min: 0, integer: true });
    if (i > 0 && step <= steps[i - 1]) throw wrong('steps', 'rising steps', `${step} after ${steps[i - 1]}`);
  });
}

function assertValues(values: readonly number[], count: number): void {
  if (!Array.isArray(values) || values.length !== count) {
    throw wrong(
      'values',
      `${count} values, one for each step`,
      Array.isArray(values) ? `${values.length}` : describeValue(values),
    );
  }
  values.forEach((value, i) => {
    assertNumber('stepwiseAlpha', 'values', value, { min: 0, max: 1 });
    if (i > 0 && value > values[i - 1])
      throw wrong('values', 'values that never rise', `${value} after ${values[i - 1]}`);
  });
}

function wrong(option: string, expected: string, actual: string): GCompressError {
  return new GCompressError('invalid-option', { where: `stepwiseAlpha ${option}`, expected, actual });
}
