import {
  assertKnownOptions,
  assertNumber,
  assertSeed,
  type CompressOptions,
  defineMethod,
  exactlyOneOption,
  type Factor,
  floatFactor,
  GCompressError,
  type JsonObject,
  type Matrix,
} from '@gcompress/core';
import { singularValues, thinSvd, truncatedSvd } from '@gcompress/linalg';
import { lowRankFormat } from './format.ts';
import { type RankChoice, rankForEnergy, rankForShape } from './rank.ts';

/** Options of {@link lowRank}: exactly one of the sizes, and how the factors are computed. */
export interface LowRankOptions extends RankChoice {
  /** With `energy`: the largest rank that may come out, which layers reserve. Default: the break-even rank. */
  readonly maxRank?: number;
  /** `'truncated'` (default) computes only the leading triplets, `'exact'` the whole decomposition. */
  readonly svd?: 'truncated' | 'exact';
  /** Relative accuracy at which the truncated decomposition stops. Default: that of `@gcompress/linalg`. */
  readonly tolerance?: number;
  /** Seed of the truncated decomposition, an integer from 0 to 2³² − 1. Default 0. */
  readonly seed?: number;
  /** Accept a rank at which the factors are larger than the matrix. Default false. */
  readonly allowLarger?: boolean;
}

const SIZES = ['rank', 'ratio', 'energy', 'bytes', 'percent'] as const;

/**
 * Low-rank factors of a matrix: `b = U√Σ [m, k]` and `c = √ΣVᵀ [k, n]`, the best approximation of rank k (Eckart and Young,
 * 1936) with both factors of equal norm. Both are trainable.
 *
 * @throws GCompressError when called with options that are unknown, out of range, or more than one size.
 *
 * Porting note: `compression_op.LowRankDecompMatrixCompressor`. Same factors up to the signs of the singular vectors. A rank
 * at which nothing is gained is refused; hyperparameters of the reference (`fromHParams`) accept it, as Python does.
 */
export const lowRank = /* @__PURE__ */ defineMethod<LowRankOptions, 'b' | 'c'>({
  name: 'lowrank',
  code: 1,
  format: lowRankFormat,

  create(options) {
    assertLowRankOptions(options);
    const { maxRank, allowLarger = false } = options;
    const reserved = (shape: Matrix['shape']) => {
      const rank = rankForShape(shape, options, allowLarger);
      return maxRank === undefined ? rank : Math.min(rank, maxRank);
    };
    return {
      options: { ...options } as JsonObject,
      plan: (shape) => {
        const rank = reserved(shape);
        return {
          factors: {
            b: { shape: [shape[0], rank], dtype: 'float32', trainable: true },
            c: { shape: [rank, shape[1]], dtype: 'float32', trainable: true },
          },
        };
      },
      factorize: (matrix, compressOptions) => {
        const most = reserved(matrix.shape);
        const rank = options.energy === undefined ? most : energyRank(matrix, options.energy, most);
        return factorize(matrix, rank, options, compressOptions);
      },
    };
  },

  optionsFromHParams: ({ rank }) => ({ percent: rank, allowLarger: true }),
});

function energyRank(matrix: Matrix, energy: number, most: number): number {
  return Math.min(most, rankForEnergy(singularValues(matrix), energy));
}

function factorize(
  matrix: Matrix,
  rank: number,
  { svd = 'truncated', tolerance, seed }: LowRankOptions,
  { signal, onProgress }: CompressOptions,
): Record<'b' | 'c', Factor> {
  const [rows, cols] = matrix.shape;
  const { u, s, v } =
    svd === 'exact'
      ? thinSvd(matrix)
      : truncatedSvd(matrix, rank, {
          ...(tolerance === undefined ? {} : { tolerance }),
          ...(seed === undefined ? {} : { seed }),
          ...(signal ? { signal } : {}),
          ...(onProgress ? { onProgress } : {}),
        });
  const b = new Float32Array(rows * rank);
  const c = new Float32Array(rank * cols);
  for (let j = 0; j < rank; j++) {
    const root = Math.sqrt(s[j]);
    for (let i = 0; i < rows; i++) b[i * rank + j] = u[i * s.length + j] * root;
    for (let i = 0; i < cols; i++) c[j * cols + i] = v[i * s.length + j] * root;
  }
  return { b: floatFactor([rows, rank], b), c: floatFactor([rank, cols], c) };
}

function assertLowRankOptions(options: LowRankOptions): void {
  const where = 'lowRank';
  assertKnownOptions(where, options, [...SIZES, 'maxRank', 'svd', 'tolerance', 'seed', 'allowLarger']);
  const { rank, ratio, energy, bytes, percent, maxRank, svd, tolerance, seed, allowLarger } = options;
  exactlyOneOption(where, options, SIZES);
  if (rank !== undefined) assertNumber(where, 'rank', rank, { min: 1, integer: true });
  if (ratio !== undefined) assertNumber(where, 'ratio', ratio, { above: 1 });
  if (energy !== undefined) assertNumber(where, 'energy', energy, { above: 0, max: 1 });
  if (bytes !== undefined) assertNumber(where, 'bytes', bytes, { min: 1, integer: true });
  if (percent !== undefined) assertNumber(where, 'percent', percent, { above: 0 });
  if (maxRank !== undefined) assertNumber(where, 'maxRank', maxRank, { min: 1, integer: true });
  if (tolerance !== undefined) assertNumber(where, 'tolerance', tolerance, { above: 0, max: 1 });
  if (seed !== undefined) assertSeed(seed, where);
  const wrongSvd = svd !== undefined && svd !== 'truncated' && svd !== 'exact';
  if (wrongSvd) throw invalid('svd', "'truncated' or 'exact'", svd);
  if (allowLarger !== undefined && typeof allowLarger !== 'boolean') throw invalid('allowLarger', 'a boolean', allowLarger);
  if (maxRank !== undefined && energy === undefined) throw invalid('maxRank', 'no maxRank without energy', maxRank);
}

function invalid(option: string, expected: string, actual: unknown): GCompressError {
  return new GCompressError('invalid-option', { where: `lowRank ${option}`, expected, actual: String(actual) });
}
