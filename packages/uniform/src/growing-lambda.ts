// The price of a bit that rises over the steps of a training, so that sparsity grows.
import { assertKnownOptions, assertNumber } from '@gcompress/core/checks';

/** The price of a bit over the steps of a training: it rises by the same factor in equal times. */
export interface GrowingLambda {
  /** Price up to step `begin`. */
  readonly initial: number;
  /** Price from step `end` on, and outside of a training. At least `initial`. */
  readonly target: number;
  /** Step at which the price begins to rise, at least 0. Default 0. */
  readonly begin?: number;
  /** Step at which the price reaches `target`, after `begin`. */
  readonly end: number;
  /** Steps between two changes of the price, at each of which the matrix is compressed again; at least 1. Default 10. */
  readonly frequency?: number;
}

/** {@link GrowingLambda} with all defaults filled in. */
export type CompleteGrowth = Required<GrowingLambda>;

/** Values that a price may have; steps of float32 go no further. */
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

/** The price at a step, a pure function: it changes at `begin`, every `frequency` steps after it, and at `end`. */
export function lambdaAt(step: number, { initial, target, begin, end, frequency }: CompleteGrowth): number {
  if (step >= end) return target;
  if (step <= begin) return initial;
  const passed = (step - begin - ((step - begin) % frequency)) / (end - begin);
  return initial * (target / initial) ** passed;
}
