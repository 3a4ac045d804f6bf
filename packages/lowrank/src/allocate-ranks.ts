// Ranks for several matrices that share one size budget.
import { GCompressError, type Kernels, type Matrix, type ProgressOptions, partialProgress } from '@gcompress/core';
import {
  assertKnownOptions,
  assertMatrix,
  assertType,
  exactlyOneOption,
  type SizeBudget,
  sizeBudgetOf,
} from '@gcompress/core/checks';
import { singularValues, viewOf } from '@gcompress/linalg';
import { breakEvenRank } from './rank.ts';

/** Options of {@link allocateRanks}. */
export interface AllocateRanksOptions extends ProgressOptions {
  /** Faster hot loops than the portable ones. */
  readonly kernels?: Kernels;
}

/** One matrix and the rank that it has got so far. */
interface Candidate {
  readonly name: string;
  /** Values that one more rank takes: m + n. */
  readonly cost: number;
  /** Squared singular values divided by ‖A‖², largest first, up to the break-even rank. */
  readonly energies: Float64Array;
  rank: number;
}

/**
 * Shares a size budget among several matrices, such as the layers of a network, so that the sum of their squared relative errors is
 * small. A matrix whose singular values fall fast needs few ranks and leaves the rest of the budget to the others. The same ratio for
 * every matrix would starve small layers instead. Greedy: the next rank always goes to the matrix whose error falls most for each of
 * the `m + n` values that a rank takes.
 *
 * @param matrices by name, each `[m, n]`.
 * @param budget for all factors together: at most `bytes`, or all matrices' bytes divided by `ratio`.
 * @param options kernels, a listener for the progress, and a signal that ends the work.
 * @returns a rank for each name, from 1 to the break-even rank.
 * @throws GCompressError `invalid-option` when rank 1 for every matrix exceeds the budget, `not-smaller` for a matrix that no rank
 * makes smaller, `invalid-matrix`, `non-finite`, `unknown-option`; the signal's reason when aborted.
 */
export function allocateRanks<K extends string>(
  matrices: Readonly<Record<K, Matrix>>,
  budget: SizeBudget,
  options: AllocateRanksOptions = {},
): Record<K, number> {
  const where = 'allocateRanks';
  assertKnownOptions(where, budget, ['ratio', 'bytes']);
  const kind = exactlyOneOption(where, budget, ['ratio', 'bytes']);
  sizeBudgetOf(where, budget);
  assertType(where, 'matrices', matrices, 'object');
  const entries = Object.entries<Matrix>(matrices);
  if (entries.length === 0) {
    throw new GCompressError('invalid-option', {
      where: `${where} matrices`,
      expected: 'at least one matrix',
      actual: 'an object without matrices',
    });
  }
  for (const [name, matrix] of entries) {
    viewOf(matrix, `${where} '${name}'`);
    assertMatrix(matrix, `${where} '${name}'`);
  }
  assertKnownOptions(where, options, ['kernels', 'signal', 'onProgress']);
  const { kernels, ...progress } = options;
  if (progress.onProgress !== undefined) assertType(where, 'onProgress', progress.onProgress, 'function');
  const candidates = entries.map(([name, matrix], at) => {
    return candidate(name, matrix, kernels, partialProgress(progress, at / entries.length, (at + 1) / entries.length));
  });
  const all = entries.reduce((sum, [, { data }]) => sum + data.length, 0);
  const { ratio, bytes = 0 } = budget;
  let left = ratio === undefined ? Math.floor(bytes / Float32Array.BYTES_PER_ELEMENT) : Math.floor(all / ratio);
  const least = candidates.reduce((sum, { cost }) => sum + cost, 0);
  if (left < least) {
    const bound = kind === 'ratio' ? Math.floor((100 * all) / least) / 100 : least * Float32Array.BYTES_PER_ELEMENT;
    throw new GCompressError('invalid-option', {
      where: `${where} ${kind}`,
      expected: `at ${kind === 'ratio' ? 'most' : 'least'} ${bound}, the ${kind} of rank 1 for every matrix`,
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

function candidate(name: string, matrix: Matrix, kernels: Kernels | undefined, progress: ProgressOptions): Candidate {
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
  const values = singularValues(matrix, kernels, progress);
  // Divided by the largest value, so that squares neither overflow nor vanish
  const squares = values.map((value) => (value / (values[0] || 1)) ** 2);
  const total = squares.reduce((sum, square) => sum + square, 0) || 1;
  return { name, cost: rows + cols, energies: squares.map((square) => square / total).slice(0, most), rank: 1 };
}

/** The matrix whose next rank lowers its error most per value, among the matrices whose next rank still fits. */
function best(candidates: readonly Candidate[], left: number): Candidate | undefined {
  const gain = ({ energies, rank, cost }: Candidate) => energies[rank] / cost;
  return candidates
    .filter(({ cost, rank, energies }) => cost <= left && energies[rank] > 0)
    .reduce<Candidate | undefined>(
      (leading, next) => (leading && gain(leading) >= gain(next) ? leading : next),
      undefined,
    );
}
