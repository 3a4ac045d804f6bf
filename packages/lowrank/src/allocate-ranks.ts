// Ranks for several matrices that share one size budget.
import { GCompressError, type Matrix, type ProgressOptions, partialProgress } from '@gcompress/core';
import {
  assertKnownOptions,
  assertMatrix,
  assertNumber,
  assertType,
  type ExactlyOne,
  exactlyOneOption,
} from '@gcompress/core/checks';
import { singularValues, viewOf } from '@gcompress/linalg';
import { breakEvenRank } from './rank.ts';

/** The ways to say what all factors together may take. */
export interface RankBudgets {
  /** How many times smaller than all matrices together their factors must be, above 1. */
  readonly ratio?: number;
  /** The most bytes that all factors together may take. */
  readonly bytes?: number;
}

/** What all factors together may take: exactly one of {@link RankBudgets}. */
export type RankBudget = ExactlyOne<RankBudgets>;

/** The next rank of a matrix that could be paid for. */
interface Candidate {
  readonly name: string;
  /** Values that one more rank takes: m + n. */
  readonly cost: number;
  /** Squares of the singular values as parts of ‖A‖², the largest first; up to the break-even rank. */
  readonly energies: Float64Array;
  rank: number;
}

/**
 * Shares a budget among several matrices, such as the layers of a network: the ranks at which the squared relative errors of all add up
 * to least. A matrix whose singular values fall fast leaves its values to one whose do not, where the same ratio for each would starve
 * small layers. Ranks are handed out one by one, to the matrix that gains most for the `m + n` values that each rank takes.
 *
 * @param matrices by name, each `[m, n]`.
 * @param progress hears of progress and ends the work.
 * @returns a rank for each name, from 1 to the break-even rank.
 * @throws GCompressError `invalid-option` when the budget does not suffice for rank 1 of each, `not-smaller` for a matrix that no rank
 * makes smaller, `invalid-matrix`, `non-finite`, `unknown-option`; the signal's reason when aborted.
 */
export function allocateRanks<K extends string>(
  matrices: Readonly<Record<K, Matrix>>,
  budget: RankBudget,
  progress: ProgressOptions = {},
): Record<K, number> {
  const where = 'allocateRanks';
  assertKnownOptions(where, budget, ['ratio', 'bytes']);
  const kind = exactlyOneOption(where, budget, ['ratio', 'bytes']);
  assertNumber(where, kind, budget[kind], kind === 'ratio' ? { above: 1 } : { min: 1, integer: true });
  assertType(where, 'matrices', matrices, 'object');
  const entries = Object.entries<Matrix>(matrices);
  if (entries.length === 0) {
    throw new GCompressError('invalid-option', {
      where: `${where} matrices`,
      expected: 'at least one',
      actual: 'none',
    });
  }
  for (const [name, matrix] of entries) {
    viewOf(matrix, `${where} '${name}'`);
    assertMatrix(matrix, `${where} '${name}'`);
  }
  assertKnownOptions(where, progress, ['signal', 'onProgress']);
  if (progress.onProgress !== undefined) assertType(where, 'onProgress', progress.onProgress, 'function');
  const candidates = entries.map(([name, matrix], at) => {
    return candidate(name, matrix, partialProgress(progress, at / entries.length, (at + 1) / entries.length));
  });
  const all = entries.reduce((sum, [, { data }]) => sum + data.length, 0);
  const { ratio, bytes = 0 } = budget;
  let left = ratio === undefined ? Math.floor(bytes / Float32Array.BYTES_PER_ELEMENT) : Math.floor(all / ratio);
  const least = candidates.reduce((sum, { cost }) => sum + cost, 0);
  if (left < least) {
    const bound = kind === 'ratio' ? Math.floor((100 * all) / least) / 100 : least * Float32Array.BYTES_PER_ELEMENT;
    throw new GCompressError('invalid-option', {
      where: `${where} ${kind}`,
      expected: `at ${kind === 'ratio' ? 'most' : 'least'} ${bound}, for rank 1 of each matrix`,
      actual: `${budget[kind]}`,
    });
  }
  left -= least;
  for (let next = best(candidates, left); next; next = best(candidates, left)) {
    next.rank++;
    left -= next.cost;
  }
  return Object.fromEntries(candidates.map(({ name, rank }) => [name, rank])) as Record<K, number>;
}

function candidate(name: string, matrix: Matrix, progress: ProgressOptions): Candidate {
  const [rows, cols] = matrix.shape;
  const most = breakEvenRank(matrix.shape);
  if (most < 1) {
    throw new GCompressError('not-smaller', {
      where: `allocateRanks '${name}'`,
      expected: 'a matrix that low-rank factors can make smaller',
      actual: `shape [${rows}, ${cols}]`,
      hint: 'Leave this matrix out.',
    });
  }
  const values = singularValues(matrix, undefined, progress);
  // Scaled by the largest, so that squares neither overflow nor vanish
  const squares = values.map((value) => (value / (values[0] || 1)) ** 2);
  const total = squares.reduce((sum, square) => sum + square, 0) || 1;
  return { name, cost: rows + cols, energies: squares.map((square) => square / total).slice(0, most), rank: 1 };
}

/** Which matrix gains most for each value of its next rank, among those that can still be paid for. */
function best(candidates: readonly Candidate[], left: number): Candidate | undefined {
  const gain = ({ energies, rank, cost }: Candidate) => energies[rank] / cost;
  return candidates
    .filter(({ cost, rank, energies }) => cost <= left && energies[rank] > 0)
    .reduce<Candidate | undefined>(
      (leading, next) => (leading && gain(leading) >= gain(next) ? leading : next),
      undefined,
    );
}
