// The three update rules in the code of the Python library, for runs that must match it.
import { defineSchedule, type ScheduleOptions, type WindowOptions } from '@gcompress/scheduler';
import {
  curveOutcome,
  delayedWindow,
  linearCurve,
  type UpdateWindow,
  updateWindow,
  WINDOW_OPTIONS,
} from '@gcompress/scheduler/authors';

const HINT = 'Choose a later end or a larger decrement; linearAlpha can choose the decrement itself.';

/** Options of {@link referenceHost} and {@link referenceEager}. */
export interface ReferenceRuleOptions extends ScheduleOptions {
  /** First step with an update. Default 0. */
  readonly begin?: number;
  /** First step after the last possible update; −1 for no end. Default −1. */
  readonly end?: number;
  /** How much alpha falls at each update, in (0, 1]. Default 0.01. */
  readonly decrement?: number;
}

/** Options of {@link referenceGraph}. */
export interface ReferenceGraphOptions extends WindowOptions {
  /** How much alpha falls at each update, in (0, 1]. Default 0.01. */
  readonly decrement?: number;
}

/**
 * The rule of the reference's update operation in a graph (`UpdateOptions.TF_UPDATE`), for runs that must match it. The
 * first update is at the first step from `begin` on that is at least `frequency − 1`. Each later update comes at least `frequency` steps
 * after the last. `end` is inclusive. Updates continue when alpha is 0.
 *
 * Porting note: `compression_op._create_update_op`. Python counts alpha in float32, so with a decrement of 0.01 it reaches 0 one update
 * later.
 */
export const referenceGraph = defineSchedule<ReferenceGraphOptions>({
  kind: 'reference-graph',
  name: 'referenceGraph',
  optionNames: [...WINDOW_OPTIONS, 'decrement'],
  create({ decrement = 0.01, ...options }) {
    const window = updateWindow('referenceGraph', options);
    const { begin, end, frequency } = window;
    const curve = linearCurve('referenceGraph', decrement);
    const first = Math.max(begin, frequency - 1);
    const available = end === -1 ? Number.POSITIVE_INFINITY : Math.max(0, Math.floor((end - first) / frequency) + 1);
    return {
      ...curveOutcome('referenceGraph', curve, available, (n) => first + (n - 1) * frequency, HINT),
      delayed: (steps) => delayedWindow(window, steps),
      options: { ...window, decrement },
      isDue: (step, { lastUpdateStep }) =>
        step >= begin && (end === -1 || step <= end) && lastUpdateStep + frequency <= step,
    };
  },
});

/**
 * The rule of the reference's update from Python (`UpdateOptions.PYTHON_UPDATE`), for runs that must match it: every call
 * from `begin` until before `end` is an update until alpha is 0, at any frequency, even twice in one step. Without an end there are no
 * updates.
 *
 * Porting note: `CompressionOp.run_update_step`.
 */
export const referenceHost = everyCallRule('reference-host', 'referenceHost', ({ begin, end }) =>
  Math.max(0, end - begin),
);

/**
 * The rule of the reference's eager operator, for runs that must match it: as {@link referenceHost}, but without an end
 * updates continue.
 *
 * Porting note: `CompressionOpEager.run_update_step` of 2020.
 */
export const referenceEager = everyCallRule('reference-eager', 'referenceEager', ({ begin, end }) =>
  end === -1 ? Number.POSITIVE_INFINITY : end - begin,
);

function everyCallRule(kind: string, name: string, stepsIn: (window: UpdateWindow) => number) {
  return defineSchedule<ReferenceRuleOptions>({
    kind,
    name,
    optionNames: ['begin', 'end', 'decrement'],
    create({ decrement = 0.01, ...options }) {
      const window = updateWindow(name, options);
      const { begin, end } = window;
      const curve = linearCurve(name, decrement);
      const available = stepsIn(window);
      return {
        ...curveOutcome(name, curve, available, (n) => begin + n - 1, HINT),
        delayed: (steps) => delayedWindow(window, steps),
        options: { begin, end, decrement },
        isDue: (step, { updates }) =>
          step >= begin && step < begin + available && !isSubtractedAway(decrement, updates),
      };
    },
  });
}

/**
 * True if alpha is 0 when it is computed as in the reference, by repeated subtraction in float64. Rounding may leave a remainder, such as
 * 1.4e-16 after ten times 0.1, which takes one more update.
 */
function isSubtractedAway(decrement: number, updates: number): boolean {
  if (updates < 1 / decrement - 1) return false;
  // The remainder is less than a decrement. The number of updates may come from a file
  if (updates > 1 / decrement + 2) return true;
  if (decrement < 1e-7) return updates >= 1 / decrement;
  let alpha = 1;
  for (let done = 0; done < updates && alpha > 0; done++) alpha = Math.max(alpha - decrement, 0);
  return alpha === 0;
}
