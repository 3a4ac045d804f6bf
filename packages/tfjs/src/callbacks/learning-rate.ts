// Learning rates as pure functions of the step.
import { assertKnownOptions, assertNumber, assertType } from '@gcompress/core/checks';

/** The learning rate at a step, counted from 0. A pure function, so that a resumed training continues at the right rate. */
export type LearningRate = (step: number) => number;

/** The same rate at all steps. */
export function constantRate(rate: number): LearningRate {
  assertNumber('constantRate', 'rate', rate, { min: 0 });
  return () => rate;
}

/** Options of {@link exponentialDecay}. */
export interface ExponentialDecayOptions {
  /** The rate at step 0. */
  readonly initial: number;
  /** The rate is multiplied by this factor, in (0, 1], once in `every` steps. */
  readonly factor: number;
  /** Steps for one factor. */
  readonly every: number;
  /** True lowers the rate at once, at the end of `every` steps, instead of a little at each step. Default false. */
  readonly staircase?: boolean;
}

/**
 * `initial · factor ^ (step / every)`; with `staircase` the exponent is rounded down.
 *
 * Porting note: `tf.train.exponential_decay`, which the CIFAR-10 example trains with.
 *
 * @throws GCompressError `invalid-option` or `unknown-option`, naming the option.
 */
export function exponentialDecay(options: ExponentialDecayOptions): LearningRate {
  const where = 'exponentialDecay';
  assertKnownOptions(where, options, ['initial', 'factor', 'every', 'staircase']);
  const { initial, factor, every, staircase = false } = options;
  assertNumber(where, 'initial', initial, { min: 0 });
  assertNumber(where, 'factor', factor, { above: 0, max: 1 });
  assertNumber(where, 'every', every, { above: 0 });
  assertType(where, 'staircase', staircase, 'boolean');
  return (step) => initial * factor ** (staircase ? Math.floor(step / every) : step / every);
}

/** Options of {@link cosineDecay}. */
export interface CosineDecayOptions {
  /** The rate at step 0. */
  readonly initial: number;
  /** Steps until the final rate is reached. */
  readonly steps: number;
  /** The rate from then on. Default 0. */
  readonly final?: number;
}

/**
 * Half a cosine wave from the initial to the final rate.
 *
 * Source: Loshchilov and Hutter, "SGDR: stochastic gradient descent with warm restarts" (2017), without the restarts.
 *
 * @throws GCompressError `invalid-option` or `unknown-option`, naming the option.
 */
export function cosineDecay(options: CosineDecayOptions): LearningRate {
  const where = 'cosineDecay';
  assertKnownOptions(where, options, ['initial', 'steps', 'final']);
  const { initial, steps, final = 0 } = options;
  assertNumber(where, 'initial', initial, { min: 0 });
  assertNumber(where, 'steps', steps, { above: 0 });
  assertNumber(where, 'final', final, { min: 0 });
  return (step) => final + ((initial - final) * (1 + Math.cos(Math.PI * Math.min(1, step / steps)))) / 2;
}

/**
 * A slow start for a learning rate: the rate grows from `1 / steps` of itself at step 0 to all of it at step `steps − 1`.
 *
 * @throws GCompressError `invalid-option`.
 */
export function warmUp(steps: number, rate: LearningRate): LearningRate {
  assertNumber('warmUp', 'steps', steps, { min: 1, integer: true });
  assertType('warmUp', 'rate', rate, 'function', 'Pass constantRate(0.1), or a decay.');
  return (step) => rate(step) * Math.min(1, (step + 1) / steps);
}
