// The method: options, plan and factors by singular value decomposition.
import { defineMethod, GCompressError, type JsonObject, type Matrix } from '@gcompress/core';
import {
  assertKnownOptions,
  assertNumber,
  assertSeed,
  describeValue,
  exactlyOneOption,
  type NumberRange,
} from '@gcompress/core/checks';
import { lowRankFactors } from './factors.ts';
import { lowRankFormat } from './format.ts';
import { bytesOfRank, type RankChoice, type RankSizes, rankForShape } from './rank.ts';

/** Options of {@link lowRank}: exactly one size, and how the factors are computed. */
export type LowRankOptions = RankChoice & LowRankSettings;

/** How {@link lowRank} computes its factors. */
export interface LowRankSettings {
  /** With `energy`: the largest rank, for which layers reserve memory. Default: the break-even rank. */
  readonly maxRank?: number;
  /** `'truncated'` (default) computes only the leading singular vectors, `'exact'` all of them. */
  readonly svd?: 'truncated' | 'exact';
  /**
   * How far the error of the truncated decomposition may exceed the smallest possible error, relative to it; above 0, at most
   * 0.001. Default: the default of `truncatedSvd` in `@gcompress/linalg`.
   */
  readonly tolerance?: number;
  /** Seed of the truncated decomposition, an integer from 0 to 2³² − 1. Default 0. */
  readonly seed?: number;
  /** Accept a rank whose factors are not smaller than the matrix. Default false. */
  readonly allowLarger?: boolean;
}

const SIZE_RANGES: Readonly<Record<keyof RankSizes, NumberRange>> = {
  rank: { min: 1, integer: true },
  ratio: { above: 1 },
  energy: { above: 0, max: 1 },
  bytes: { min: 1, integer: true },
  percent: { above: 0 },
};
const SIZES = ['rank', 'ratio', 'energy', 'bytes', 'percent'] as const;
const SETTINGS = ['maxRank', 'svd', 'tolerance', 'seed', 'allowLarger'];

/**
 * Low-rank factors of a matrix: `b = U√Σ [m, k]` and `c = √ΣVᵀ [k, n]`, the best approximation of rank k (Eckart and Young,
 * 1936) with both factors of equal norm. Both are trainable. With `inputMoments` of `compress`, the product is the best of rank k at the
 * outputs of these inputs instead (SVD-LLM, arXiv 2403.07378).
 *
 * @throws GCompressError `unknown-option`, or `invalid-option` for an option out of range, no size, or several sizes.
 *
 * Porting note: `compression_op.LowRankDecompMatrixCompressor`. Same factors up to the signs of the singular vectors. Without
 * `allowLarger`, a rank whose factors are not smaller than the matrix is refused; Python accepts it.
 */
export const lowRank = /* @__PURE__ */ defineMethod<LowRankOptions, 'b' | 'c'>({
  name: 'lowrank',
  format: lowRankFormat,
  accepts: ['inputMoments'],
  optionsForBudget: (budget) => budget,

  create(given) {
    const options = completeOptions(given);
    const { maxRank = Number.POSITIVE_INFINITY, allowLarger } = options;
    const plannedRank = (shape: Matrix['shape']) => Math.min(maxRank, rankForShape(shape, options, allowLarger));
    return {
      options: options as JsonObject,
      plan(shape) {
        const rank = plannedRank(shape);
        return {
          factors: {
            b: { shape: [shape[0], rank], dtype: 'float32', trainable: true },
            c: { shape: [rank, shape[1]], dtype: 'float32', trainable: true },
          },
          byteLength: bytesOfRank(shape, rank),
        };
      },
      factorize(matrix, compressOptions) {
        return lowRankFactors(matrix, plannedRank(matrix.shape), options, compressOptions);
      },
    };
  },
});

/** Checks the options and fills in the defaults. */
function completeOptions(given: LowRankOptions) {
  const where = 'lowRank';
  assertKnownOptions(where, given, [...SIZES, ...SETTINGS]);
  const size = exactlyOneOption(where, given, SIZES);
  const { maxRank, svd = 'truncated', tolerance, seed = 0, allowLarger = false } = given;
  assertNumber(where, size, given[size], SIZE_RANGES[size]);
  if (maxRank !== undefined) assertNumber(where, 'maxRank', maxRank, { min: 1, integer: true });
  if (maxRank !== undefined && size !== 'energy') throw invalid('maxRank', `no maxRank with ${size}`, maxRank);
  if (tolerance !== undefined) assertNumber(where, 'tolerance', tolerance, { above: 0, max: 1e-3 });
  assertSeed(seed, where);
  if (svd !== 'truncated' && svd !== 'exact') throw invalid('svd', "'truncated' or 'exact'", svd);
  if (typeof allowLarger !== 'boolean') throw invalid('allowLarger', 'true or false', allowLarger);
  return {
    ...({ [size]: given[size] } as RankSizes),
    ...(maxRank !== undefined && { maxRank }),
    svd,
    ...(tolerance !== undefined && { tolerance }),
    seed,
    allowLarger,
  };
}

function invalid(option: string, expected: string, actual: unknown): GCompressError {
  return new GCompressError('invalid-option', {
    where: `lowRank ${option}`,
    expected,
    actual: describeValue(actual),
  });
}
