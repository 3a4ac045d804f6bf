import { GCompressError, type Shape2D } from '@gcompress/core';

/** How the rank of a compressed matrix is chosen; give exactly one. */
export interface RankChoice {
  /** The rank itself, a positive integer. */
  readonly rank?: number;
  /** How many times smaller than the matrix the factors must be, above 1. */
  readonly ratio?: number;
  /** Part of ‖A‖² that must be kept, in (0, 1]; the rank then depends on the matrix. */
  readonly energy?: number;
  /** The most bytes that the factors may take. */
  readonly bytes?: number;
  /** The reference's percent divisor: 100 for full rank, 200 for half, 400 for a quarter. */
  readonly percent?: number;
}

/**
 * The largest rank at which `b [m, k]` and `c [k, n]` have fewer values than the matrix `[m, n]`; 0 when there is none,
 * as for a single row or column.
 */
export function breakEvenRank([rows, cols]: Shape2D): number {
  return Math.ceil((rows * cols) / (rows + cols)) - 1;
}

/**
 * The reference's rule: `min(m, n, ⌈min(m, n)·100 / percent⌉)`.
 *
 * Porting note: `compression_op_utils.compute_compressed_rank_from_matrix_shape`, where the percent divisor is called
 * `rank_factor` or just `rank`.
 */
export function rankFromPercent([rows, cols]: Shape2D, percent: number): number {
  const smaller = Math.min(rows, cols);
  return Math.min(smaller, Math.ceil((smaller * 100) / percent));
}

/**
 * The rank for a matrix of this shape: exact for every choice but `energy`, for which it is the largest that may occur.
 *
 * @throws GCompressError `not-smaller`, naming the break-even rank, when the factors would not be smaller than the matrix
 * (unless `allowLarger`); `invalid-option` when the rank exceeds a side or no rank reaches the ratio or the bytes.
 */
export function rankForShape(shape: Shape2D, choice: RankChoice, allowLarger: boolean): number {
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
  if (rank < 1) throw tooSmall(shape, choice);
  return rank;
}

function requestedRank(shape: Shape2D, { rank, percent, ratio, bytes }: RankChoice, most: number): number {
  const [rows, cols] = shape;
  if (rank !== undefined) return rank;
  if (percent !== undefined) return rankFromPercent(shape, percent);
  const rankWith = (values: number) => Math.min(most, Math.floor(values / (rows + cols)));
  if (ratio !== undefined) return rankWith((rows * cols) / ratio);
  if (bytes !== undefined) return rankWith(bytes / Float32Array.BYTES_PER_ELEMENT);
  return most;
}

function tooSmall([rows, cols]: Shape2D, { ratio, bytes }: RankChoice): GCompressError {
  const rankOne = rows + cols;
  return new GCompressError('invalid-option', {
    where: `lowRank ${bytes === undefined ? 'ratio' : 'bytes'}`,
    expected:
      bytes === undefined
        ? `at most ${Math.floor((100 * rows * cols) / rankOne) / 100}, that of rank 1 for a matrix [${rows}, ${cols}]`
        : `at least ${rankOne * Float32Array.BYTES_PER_ELEMENT}, those of rank 1 for a matrix [${rows}, ${cols}]`,
    actual: `${bytes ?? ratio}`,
  });
}

/** The smallest rank whose singular values hold this part of the sum of squares of all, at least 1. */
export function rankForEnergy(singularValues: Float64Array, energy: number): number {
  // Scaled by the largest, so that squares neither overflow nor vanish
  const largest = singularValues[0] || 1;
  const squares = singularValues.map((value) => (value / largest) ** 2);
  const wanted = energy * squares.reduce((sum, square) => sum + square, 0);
  let kept = 0;
  const last = squares.findIndex((square) => {
    kept += square;
    return kept >= wanted;
  });
  return last < 0 ? squares.length : last + 1;
}
