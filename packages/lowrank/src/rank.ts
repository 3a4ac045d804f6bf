// How the size options become a rank.
import { GCompressError, type Shape2D } from '@gcompress/core';
import {
  assertNumber,
  assertShape2D,
  describeValue,
  type ExactlyOne,
  largestThatFits,
  sizeBudgetOf,
} from '@gcompress/core/checks';

/** The ways to choose the rank k. */
export interface RankSizes {
  /** The rank itself, a positive integer. */
  readonly rank?: number;
  /** The largest rank whose factors are at least this many times smaller than the matrix; above 1. */
  readonly ratio?: number;
  /** The smallest rank that keeps this part of ‖A‖², in (0, 1]; it depends on the matrix. */
  readonly energy?: number;
  /** The largest rank whose factors take at most this many bytes. */
  readonly bytes?: number;
  /** The Python library's percent divisor: 100 for full rank, 200 for half, 400 for a quarter. */
  readonly percent?: number;
}

/** The choice of the rank: exactly one of {@link RankSizes}. */
export type RankChoice = ExactlyOne<RankSizes>;

/**
 * The largest rank at which `b [m, k]` and `c [k, n]` have fewer values than the matrix `[m, n]`; 0 when no rank
 * has, as for a single row or column.
 *
 * @throws GCompressError `invalid-matrix` for anything but a shape.
 */
export function breakEvenRank(shape: Shape2D): number {
  assertShape('breakEvenRank', shape);
  const [rows, cols] = shape;
  return Math.ceil((rows * cols) / (rows + cols)) - 1;
}

/**
 * The Python library's rule for the rank: `min(m, n, ⌈min(m, n)·100 / percent⌉)`.
 *
 * Porting note: `compression_op_utils.compute_compressed_rank_from_matrix_shape`, which calls the percent divisor
 * `rank_factor` or just `rank`.
 *
 * @throws GCompressError `invalid-matrix` for anything but a shape, `invalid-option` for a percent that is not above 0.
 */
export function rankFromPercent(shape: Shape2D, percent: number): number {
  assertShape('rankFromPercent', shape);
  assertNumber('rankFromPercent', 'percent', percent, { above: 0 });
  const smaller = Math.min(...shape);
  return Math.min(smaller, Math.ceil((smaller * 100) / percent));
}

/**
 * The rank for a matrix of this shape; for `energy`, the largest rank that may occur.
 *
 * @throws GCompressError `not-smaller`, naming the break-even rank, when the factors are not smaller than the matrix and
 * `allowLarger` is false; `invalid-option` when the rank exceeds a side or no rank reaches the ratio or the bytes.
 */
export function rankForShape(shape: Shape2D, choice: RankSizes, allowLarger: boolean): number {
  const smaller = Math.min(...shape);
  const most = allowLarger ? smaller : breakEvenRank(shape);
  if (most < 1) {
    throw new GCompressError('not-smaller', {
      where: 'lowRank',
      expected: 'a matrix that low-rank factors can make smaller',
      actual: `shape [${shape.join(', ')}]`,
      hint: 'Leave this matrix as it is.',
    });
  }
  const rank = requestedRank(shape, choice, most);
  if (rank > smaller) {
    throw new GCompressError('invalid-option', {
      where: 'lowRank rank',
      expected: `at most ${smaller} for a matrix [${shape.join(', ')}]`,
      actual: `${rank}`,
    });
  }
  if (rank > most) {
    throw new GCompressError('not-smaller', {
      where: 'lowRank',
      expected: `a rank of at most ${most}, the break-even of a matrix [${shape.join(', ')}]`,
      actual: `${rank}`,
      hint: 'Choose a smaller rank, or leave this matrix as it is.',
    });
  }
  return rank;
}

function requestedRank(shape: Shape2D, choice: RankSizes, most: number): number {
  if (choice.rank !== undefined) return choice.rank;
  if (choice.percent !== undefined) return rankFromPercent(shape, choice.percent);
  const budget = sizeBudgetOf('lowRank', choice);
  if (budget === undefined) return most;
  return largestThatFits('lowRank', budget, shape, (rank) => bytesOfRank(shape, rank), { min: 1, max: most });
}

function assertShape(where: string, shape: unknown): void {
  if (!Array.isArray(shape)) {
    throw new GCompressError('invalid-matrix', {
      where,
      expected: 'two positive integers [rows, columns]',
      actual: describeValue(shape),
    });
  }
  assertShape2D(shape, where);
}

/** Bytes of the factors at this rank. */
export function bytesOfRank([rows, cols]: Shape2D, rank: number): number {
  return Float32Array.BYTES_PER_ELEMENT * rank * (rows + cols);
}

/** The part of the energy ‖A‖² in the first `rank` singular values. */
export function energyKept(singularValues: Float64Array, rank: number): number {
  const squares = relativeSquares(singularValues);
  const sum = (values: Float64Array) => values.reduce((total, value) => total + value, 0);
  return sum(squares.subarray(0, rank)) / (sum(squares) || 1);
}

/** Squares, divided by the largest square so that they neither overflow nor vanish. */
function relativeSquares(singularValues: Float64Array): Float64Array {
  const largest = singularValues[0] || 1;
  return singularValues.map((value) => (value / largest) ** 2);
}

/** The smallest rank, at least 1, whose singular values hold this part of the energy ‖A‖². */
export function rankForEnergy(singularValues: Float64Array, energy: number): number {
  const squares = relativeSquares(singularValues);
  const wanted = energy * squares.reduce((sum, square) => sum + square, 0);
  let kept = 0;
  const last = squares.findIndex((square) => {
    kept += square;
    return kept >= wanted;
  });
  return last < 0 ? squares.length : last + 1;
}
