// Options of `uniform`: types, checks and defaults.
import type { TrellisStates } from '@gcompress/coder';
import {
  assertKnownOptions,
  assertNumber,
  assertOneOf,
  type ExactlyOne,
  exactlyOneOption,
} from '@gcompress/core/checks';
import { type CompleteGrowth, completeGrowth, type GrowingLambda, LAMBDA_RANGE } from './growing-lambda.ts';

/** The ways to set the size of the stored form. */
export interface UniformSizes {
  /** Average bits for each entry in the file, above 0 and at most 16; may be fractional. */
  readonly bits?: number;
  /** How many times smaller than the matrix the stored form must be, above 1. */
  readonly ratio?: number;
  /** The most bytes that the stored form may take. */
  readonly bytes?: number;
  /**
   * The step, above 0. The size follows from it, and nothing is searched. By default it is the step of the whole matrix. With
   * `steps: 'column'` it is the step of a column whose root mean square is 1. With `steps: 'importance'` it is the step of a column of
   * importance 1: one number for all matrices of a model then gives more bytes to more important columns.
   */
  readonly step?: number;
  /**
   * The price of a stored bit in squared error, above 0: the method makes `‖W − Ŵ‖² + lambda·bits` small, and the size follows. A price of
   * 1.2e-3 leads to a step of 0.1; a quarter of the price leads to half the step. One price for all matrices of a network distributes the
   * bytes among them, as global magnitude pruning distributes the kept weights. With {@link GrowingLambda} the price rises during training.
   */
  readonly lambda?: number | GrowingLambda;
}

/** The size of the stored form: exactly one of {@link UniformSizes}. */
export type UniformSize = ExactlyOne<UniformSizes>;

/** How `uniform` chooses steps and levels. */
export interface UniformSettings {
  /**
   * Which entries share a step. `'matrix'`: all, which has the smallest squared error. `'column'`: each column has its own step, in
   * proportion to its root mean square. `'importance'`: each column has its own step, in proportion to 1/√ of the mean `importance` of its
   * entries, the optimum for the weighted error; without importance, all entries have equal weight. Default `'matrix'`.
   */
  readonly steps?: 'matrix' | 'column' | 'importance';
  /**
   * States of dependent quantisation: 0 rounds each entry by itself; 4 and 8 search paths, which takes several times as long and lowers
   * the error by 3 to 11 % at the same bytes (docs/results/small-files.md). Default 0.
   */
  readonly trellis?: TrellisStates;
  /**
   * Weight of the coded bits in rounding: 1 balances error and bytes, 0 rounds to the nearest level. Default 1.
   */
  readonly rateWeight?: number;
  /** Accept a stored form that is not smaller than the matrix. Default false. */
  readonly allowLarger?: boolean;
}

/** Options of `uniform`: exactly one size, and the settings for steps and levels. */
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
