// Ranks for several matrices that share one size budget.
import {
  GCompressError,
  type InputMoments,
  type Kernels,
  type Matrix,
  type ProgressOptions,
  partialProgress,
} from '@gcompress/core';
import {
  assertInputMoments,
  assertKnownOptions,
  assertMatrix,
  assertType,
  describeValue,
  exactlyOneOption,
  type SizeBudget,
  sizeBudgetOf,
} from '@gcompress/core/checks';
import { singularValues, viewOf } from '@gcompress/linalg';
import { breakEvenRank } from './rank.ts';
import { whitened } from './whitened.ts';

/** Options of {@link allocateRanks}. */
export interface AllocateRanksOptions extends ProgressOptions {
  /** Faster hot loops than the portable ones. */
  readonly kernels?: Kernels;
  /**
   * Second moments of the inputs of matrices, by name: the errors that are weighed against each other are then those of the outputs, as with
   * `inputMoments` of `compress`. A matrix without moments counts by its entries; moments of other names are ignored. Default none.
   */
  readonly inputMoments?: ReadonlyMap<string, InputMoments>;
}

/** Part of the progress of a matrix after which its moments are applied. */
const TO_WHITEN = 0.4;

/** One matrix and the rank that it has got so far. */
interface Candidate {
  readonly name: string;
  /** Values that one more rank takes: m + n. */
  readonly cost: number;
  /** Squared singular values, of the whitened matrix where moments are given, divided by their sum; largest first, up to the break-even rank. */
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
 * @param options moments of the inputs, kernels, a listener for the progress, and a signal that ends the work.
 * @returns a rank for each name, from 1 to the break-even rank.
 * @throws GCompressError `invalid-option` when rank 1 for every matrix exceeds the budget, `not-smaller` for a matrix that no rank
 * makes smaller, `invalid-matrix`, `non-finite`, `unknown-option`, `shape-mismatch` for moments of other inputs; the signal's reason when
 * aborted.
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
  assertKnownOptions(where, options, ['kernels', 'inputMoments', 'signal', 'onProgress']);
  const { kernels, inputMoments = new Map<string, InputMoments>(), ...progress } = options;
  assertMoments(where, inputMoments, entries);
  if (progress.onProgress !== undefined) assertType(where, 'onProgress', progress.onProgress, 'function');
  const candidates = entries.map(([name, matrix], at) => {
    const own = partialProgress(progress, at / entries.length, (at + 1) / entries.length);
    return candidate(name, matrix, inputMoments.get(name), kernels, own);
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

/** Refuses moments that do not fit their matrices. */
function assertMoments(where: string, moments: unknown, matrices: readonly (readonly [string, Matrix])[]): void {
  if (!(moments instanceof Map)) {
    throw new GCompressError('invalid-option', {
      where: `${where} inputMoments`,
      expected: 'a map from names of matrices to moments',
      actual: describeValue(moments),
      hint: 'Pass the moments that calibrate of @gcompress/calibration gave.',
    });
  }
  for (const [name, { shape }] of matrices) {
    const own: InputMoments | undefined = moments.get(name);
    if (own !== undefined) assertInputMoments(`${where} inputMoments '${name}'`, own, shape[0]);
  }
}

function candidate(
  name: string,
  matrix: Matrix,
  moments: InputMoments | undefined,
  kernels: Kernels | undefined,
  progress: ProgressOptions,
): Candidate {
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
  const whitening = moments ? TO_WHITEN : 0;
  const seen = moments ? whitened(matrix, moments, kernels, partialProgress(progress, 0, whitening)) : matrix;
  const values = singularValues(seen, kernels, partialProgress(progress, whitening, 1));
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
