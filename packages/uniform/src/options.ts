// The options of uniform levels, checked and completed.
import type { TrellisStates } from '@gcompress/coder';
import {
  assertKnownOptions,
  assertNumber,
  assertOneOf,
  type ExactlyOne,
  exactlyOneOption,
} from '@gcompress/core/checks';
import { type CompleteGrowth, completeGrowth, type GrowingLambda, LAMBDA_RANGE } from './growing-lambda.ts';

/** The ways to say how large the stored form is. */
export interface UniformSizes {
  /** Average bits for each entry in the file, above 0 and at most 16; fractions are welcome. */
  readonly bits?: number;
  /** How many times smaller than the matrix the stored form must be, above 1. */
  readonly ratio?: number;
  /** The most bytes that the stored form may take. */
  readonly bytes?: number;
  /**
   * The step, above 0; the size follows from it, and nothing is searched. It is the step of the matrix; with `steps: 'column'` that of a
   * column whose root mean square is 1; with `steps: 'importance'` that of a column of importance 1, so that one number for all matrices of
   * a model lets each column take the bytes that its errors deserve.
   */
  readonly step?: number;
  /**
   * What a stored bit costs in squared error: `‖W − Ŵ‖² + lambda·bits` is made small, and the size follows. Above 0. A step of 0.1 belongs
   * to 1.2e-3, a step half as large to a quarter. With one price, matrices of a network share their bytes as pruning by magnitude over
   * all of them does. With {@link GrowingLambda} the price rises while a model trains.
   */
  readonly lambda?: number | GrowingLambda;
}

/** How large the stored form is: exactly one of {@link UniformSizes}. */
export type UniformSize = ExactlyOne<UniformSizes>;

/** How `uniform` chooses steps and levels. */
export interface UniformSettings {
  /**
   * What shares a step: the whole matrix; or each column, with steps in proportion to the root mean square of a column (`'column'`), or to
   * 1/√ of the mean `importance` of its entries (`'importance'`), which is the optimum of the weighted error. Without importance, all
   * entries count alike. Default `'matrix'`, which has the smallest squared error.
   */
  readonly steps?: 'matrix' | 'column' | 'importance';
  /**
   * States of dependent quantisation: 0 rounds each entry for itself; 4 and 8 search paths, which takes several times as long and lowers
   * the error by 3 to 11 % at the same bytes (docs/results/small-files.md). Default 0.
   */
  readonly trellis?: TrellisStates;
  /**
   * How much rounding heeds the bits of each level: 1 where error and bytes are in balance, 0 rounds to the nearest level. Default 1.
   */
  readonly rateWeight?: number;
  /** Accept a stored form that is not smaller than the matrix. Default false. */
  readonly allowLarger?: boolean;
}

/** Options of `uniform`: exactly one of the sizes, and how steps and levels are chosen. */
export type UniformOptions = UniformSize & UniformSettings;

/** {@link UniformOptions} with all defaults filled in. */
export type CompleteOptions = Omit<UniformSizes, 'lambda'> & {
  readonly lambda?: number | CompleteGrowth;
} & Required<UniformSettings>;

const SIZES = ['bits', 'ratio', 'bytes', 'step', 'lambda'] as const;
const RANGES = {
  bits: { above: 0, max: 16 },
  ratio: { above: 1 },
  bytes: { min: 1, integer: true },
  step: { above: 0 },
  lambda: LAMBDA_RANGE,
};
const WHERE = 'uniform';

/**
 * Checks the options and fills in the defaults.
 *
 * @throws GCompressError `unknown-option` or `invalid-option`.
 */
export function completeOptions(options: UniformOptions): CompleteOptions {
  assertKnownOptions(WHERE, options, [...SIZES, 'steps', 'trellis', 'rateWeight', 'allowLarger']);
  const size = exactlyOneOption(WHERE, options, SIZES);
  const growing = size === 'lambda' && typeof options.lambda === 'object';
  if (!growing) assertNumber(WHERE, size, options[size], RANGES[size]);
  const { steps = 'matrix', trellis = 0, rateWeight = 1, allowLarger = false } = options;
  assertOneOf(WHERE, 'steps', steps, ['matrix', 'column', 'importance'] as const);
  assertOneOf(WHERE, 'trellis', trellis, [0, 4, 8] as const);
  assertNumber(WHERE, 'rateWeight', rateWeight, { min: 0, max: 100 });
  assertOneOf(WHERE, 'allowLarger', allowLarger, [true, false]);
  const value = growing ? completeGrowth(`${WHERE} lambda`, options.lambda as GrowingLambda) : options[size];
  return { [size]: value, steps, trellis, rateWeight, allowLarger };
}
