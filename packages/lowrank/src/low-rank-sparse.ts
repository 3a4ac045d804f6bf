// The method: low rank plus sparse values at random positions that only a seed stands for.
import {
  defineMethod,
  elementCount,
  type Factor,
  type FactorizeOptions,
  floatFactor,
  GCompressError,
  type JsonObject,
  type Matrix,
  matrix,
  partialProgress,
  type Shape2D,
} from '@gcompress/core';
import {
  assertKnownOptions,
  assertNumber,
  assertSeed,
  type ExactlyOne,
  exactlyOneOption,
  largestThatFits,
} from '@gcompress/core/checks';
import { multiply, truncatedSvd } from '@gcompress/linalg';
import { balanced } from './factors.ts';
import { bytesOfRank } from './rank.ts';
import { type LowRankSparseFactor, lowRankSparseFormat, maskOf } from './sparse-format.ts';
import { supportOf } from './support.ts';

/** Sizes of {@link lowRankSparse}. */
export interface LowRankSparseSizes {
  /** Rank of the product, at least 1. */
  readonly rank?: number;
  /** The largest rank with which factors and values are at least this many times smaller than the matrix; above 1. */
  readonly ratio?: number;
  /** The largest rank with which factors and values take at most this many bytes. */
  readonly bytes?: number;
}

/** How {@link lowRankSparse} places and fits its values. */
export interface LowRankSparseSettings {
  /** Part of the entries that have a value of their own, above 0 and at most 0.5. Default 0.03. */
  readonly density?: number;
  /** Seed of the positions, an integer from 0 to 2³² − 1. Layers of equal shape need not differ. Default 0. */
  readonly seed?: number;
  /** How often values and factors are fitted in turn, at least 1. Default 4. */
  readonly rounds?: number;
}

/** Options of {@link lowRankSparse}: exactly one size, and settings. */
export type LowRankSparseOptions = ExactlyOne<LowRankSparseSizes> & LowRankSparseSettings;

const BYTES = Float32Array.BYTES_PER_ELEMENT;

/**
 * Low rank plus sparse: `Ŵ = b·c + S`, where S has values at a random part of the entries. The positions are drawn from a seed, so they take no
 * bytes; factors and values train. The fit alternates: factors of the matrix without S by singular value decomposition, then S as what is left at its
 * positions; so the error never grows from round to round.
 *
 * Source: SLTrain (Han, Li, Huang, Hong, Takeda, Jawanpuria and Mishra, 2024, arXiv 2406.02214), which trains from random factors.
 *
 * @throws GCompressError `unknown-option`, or `invalid-option` for an option out of range, no size, or several sizes; its plan: `not-smaller` when
 * factors and values are not smaller than the matrix, `invalid-option` when no rank fits.
 */
export const lowRankSparse = /* @__PURE__ */ defineMethod<LowRankSparseOptions, LowRankSparseFactor>({
  name: 'lowrank-sparse',
  format: lowRankSparseFormat,
  optionsForBudget: (budget) => budget,

  create(given) {
    const where = 'lowRankSparse';
    assertKnownOptions(where, given, ['rank', 'ratio', 'bytes', 'density', 'seed', 'rounds']);
    const size = exactlyOneOption(where, given, ['rank', 'ratio', 'bytes']);
    const { density = 0.03, seed = 0, rounds = 4 } = given;
    const range = size === 'ratio' ? { above: 1 } : { min: 1, integer: true };
    assertNumber(where, size, given[size], range);
    assertNumber(where, 'density', density, { above: 0, max: 0.5 });
    assertSeed(seed, where);
    assertNumber(where, 'rounds', rounds, { min: 1, integer: true });
    const options = { ...({ [size]: given[size] } as LowRankSparseSizes), density, seed, rounds };
    return {
      options: options as JsonObject,
      plan(shape) {
        const { rank, count } = sizesOf(shape, options);
        const [rows, cols] = shape;
        const float = (sides: readonly number[], trainable: boolean) => ({
          shape: sides,
          dtype: 'float32' as const,
          trainable,
        });
        return {
          factors: {
            b: float([rows, rank], true),
            c: float([rank, cols], true),
            values: float(shape, true),
            mask: float(shape, false),
          },
          config: { seed },
          byteLength: bytesOfRank(shape, rank) + BYTES * count,
        };
      },
      factorize: (weights, how) => fitted(weights, { ...sizesOf(weights.shape, options), seed, rounds }, how),
    };
  },
});

/** The rank, and the number of values. */
function sizesOf(shape: Shape2D, options: LowRankSparseSizes & { readonly density: number }) {
  const { rank, ratio, bytes, density } = options;
  const count = Math.round(density * elementCount(shape));
  const bytesAt = (k: number) => bytesOfRank(shape, k) + BYTES * count;
  const dense = BYTES * elementCount(shape);
  const most = Math.floor((dense - 1 - BYTES * count) / bytesOfRank(shape, 1));
  if (most < 1 || (rank ?? 1) > most) {
    throw new GCompressError('not-smaller', {
      where: 'lowRankSparse',
      expected: most < 1 ? 'a matrix that these factors and values make smaller' : `a rank of at most ${most}`,
      actual: most < 1 ? `shape [${shape.join(', ')}], density ${density}` : `${rank}`,
      hint: most < 1 ? 'Choose a lower density, or leave this matrix as it is.' : 'Choose a smaller rank.',
    });
  }
  if (rank !== undefined) return { rank, count };
  const budget = ratio === undefined ? { bytes: bytes as number } : { ratio };
  return { rank: largestThatFits('lowRankSparse', budget, shape, bytesAt, { min: 1, max: most }), count };
}

/** Factors and values, fitted in turn. */
function fitted(
  weights: Matrix,
  { rank, count, seed, rounds }: { rank: number; count: number; seed: number; rounds: number },
  { kernels, signal, onProgress }: FactorizeOptions,
): Record<LowRankSparseFactor, Factor> {
  const { shape } = weights;
  const positions = supportOf(shape, count, seed);
  const rest = Float32Array.from(weights.data);
  const values = new Float32Array(rest.length);
  let factors: Record<'b' | 'c', Factor> | undefined;
  for (let round = 0; round < rounds; round++) {
    const progress = partialProgress({ signal, onProgress }, round / rounds, (round + 1) / rounds);
    const svd = truncatedSvd(matrix(shape, rest), rank, { ...progress, ...(kernels && { kernels }) });
    factors = balanced(shape, rank, svd);
    const { b, c } = factors;
    const product = multiply(matrix([shape[0], rank], b.data), matrix([rank, shape[1]], c.data), kernels).data;
    for (const position of positions) {
      values[position] = weights.data[position] - product[position];
      rest[position] = product[position];
    }
  }
  const { b, c } = factors as Record<'b' | 'c', Factor>;
  const mask = maskOf(rest.length, positions);
  return { b, c, values: floatFactor(shape, values), mask: floatFactor(shape, mask, false) };
}
