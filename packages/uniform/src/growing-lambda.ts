// A price of a bit (lambda) that rises over the training steps, so that sparsity grows.
import { assertKnownOptions, assertNumber } from '@gcompress/core/checks';

/** The price of a bit over the training steps. It rises by the same factor in equal numbers of steps. */
export interface GrowingLambda {
  /** Price up to step `begin`. */
  readonly initial: number;
  /** Price from step `end` on, and outside training. At least `initial`. */
  readonly target: number;
  /** Step at which the price begins to rise, at least 0. Default 0. */
  readonly begin?: number;
  /** Step at which the price reaches `target`, after `begin`. */
  readonly end: number;
  /** Steps between two changes of the price; each change compresses the matrix again. At least 1. Default 10. */
  readonly frequency?: number;
}

/** {@link GrowingLambda} with all defaults filled in. */
export type CompleteGrowth = Required<GrowingLambda>;

/** Allowed prices; larger ones lead to steps beyond float32. */
export const LAMBDA_RANGE = { above: 0, max: 1e30 };

/**
 * Checks the growth and adds the defaults.
 *
 * @throws GCompressError `unknown-option` or `invalid-option`.
 */
export function completeGrowth(where: string, growth: GrowingLambda): CompleteGrowth {
  assertKnownOptions(where, growth, ['initial', 'target', 'begin', 'end', 'frequency']);
  const { initial, target, begin = 0, end, frequency = 10 } = growth;
  assertNumber(where, 'initial', initial, LAMBDA_RANGE);
  assertNumber(where, 'target', target, { min: initial, max: LAMBDA_RANGE.max });
  assertNumber(where, 'begin', begin, { min: 0, integer: true });
  assertNumber(where, 'end', end, { above: begin, integer: true });
  assertNumber(where, 'frequency', frequency, { min: 1, integer: true });
  return { initial, target, begin, end, frequency };
}

/** The price at a training step. It changes at `begin`, every `frequency` steps after it, and at `end`. */
export function lambdaAt(step: number, { initial, target, begin, end, frequency }: CompleteGrowth): number {
  if (step >= end) return target;
  if (step <= begin) return initial;
  const passed = (step - begin - ((step - begin) % frequency)) / (end - begin);
  return initial * (target / initial) ** passed;
}
