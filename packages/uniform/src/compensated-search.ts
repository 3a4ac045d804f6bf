// Searches the step for a number of bits with compensated rounding (GPTQ), where later rows correct the output errors of earlier ones.
import { codedBits, type LevelPrices, levelPrices } from '@gcompress/coder';
import { type Kernels, type Matrix, type ProgressOptions, partialProgress } from '@gcompress/core';
import { type RoundingOrder, type RoundRow, roundCompensated } from '@gcompress/linalg';
import { sampledColumns } from './sampled-columns.ts';
import { BALANCE, LARGEST } from './search.ts';
import type { Found, Search } from './search-terms.ts';
import { StepBracket } from './step-bracket.ts';

/** Levels with their steps. */
export interface Stepped {
  readonly levels: Int32Array;
  /** One step for the matrix `[1]`, or one for each column `[n]`. */
  readonly steps: Float32Array;
}

/** Most roundings of the search; the start is close. */
const ROUNDS = 6;

/**
 * Levels that minimise the error of the layer's outputs. Compensated rounding gives each entry the level with the least total cost of error
 * and bits. The bits come from the levels of the round before. The result is the rounding with the least output error among all that fit,
 * plain rounding included.
 *
 * @param plain results of plain rounding for the same bits, with fitted steps: the start of the search, then a second candidate, which may
 *   have a trellis.
 * @throws the signal's reason when aborted.
 */
export function searchCompensated(
  matrix: Matrix,
  search: Search,
  [found, rival]: readonly [start: Found & Stepped, rival: Stepped],
  order: RoundingOrder,
  kernels: Kernels | undefined,
  progress: ProgressOptions,
): Stepped {
  const { shape } = matrix;
  const entries = shape[0] * shape[1];
  const count = found.steps.length;
  const part = (round: number) => partialProgress(progress, round / (ROUNDS + 1), (round + 1) / (ROUNDS + 1));
  const errorOf = (levels: Stepped) => roundCompensated(matrix, order, toLevels(levels, shape), kernels, part(0)).error;
  let best: Stepped = found;
  let least = errorOf(found);
  if (rival !== found) {
    const other = errorOf(rival);
    if (other < least) [best, least] = [rival, other];
  }
  if (found.step === 0) return best;
  const sampled = sampledStart(matrix, search, found, order, kernels);
  const bracket = new StepBracket(search.bits, entries, sampled?.slope ?? found.slope);
  let step = sampled?.step ?? found.step;
  let { levels } = found;
  for (let round = 1; round <= ROUNDS; round++) {
    const rounding = roundedAt(matrix, search, { step, count, levels }, order, kernels, part(round));
    levels = rounding.levels;
    if (rounding.bits <= search.bits && rounding.error < least) {
      least = rounding.error;
      best = rounding;
    }
    if (bracket.add(step, rounding.bits)) break;
    step = bracket.next(step, rounding.bits);
  }
  return best;
}

/** One compensated rounding at a step, priced by the levels of the round before. */
function roundedAt(
  matrix: Matrix,
  search: Search,
  { step, count, levels: before }: { readonly step: number; readonly count: number; readonly levels: Int32Array },
  order: RoundingOrder,
  kernels: Kernels | undefined,
  progress: ProgressOptions,
): Stepped & { readonly bits: number; readonly error: number } {
  const { shape } = matrix;
  const steps = Float32Array.from({ length: count }, (_, column) => step * search.scales[column]);
  const { round, levels } = priced(steps, search, order.costs, levelPrices(before, shape), shape);
  const { error } = roundCompensated(matrix, order, round, kernels, progress);
  return { levels, steps, error, bits: codedBits(levels, shape, search.stored) };
}

/** The step that suits a sample of the columns, which are rounded independently of each other; undefined for a small matrix. */
function sampledStart(
  matrix: Matrix,
  search: Search,
  { step, levels, slope, steps }: Found & Stepped,
  order: RoundingOrder,
  kernels: Kernels | undefined,
): { readonly step: number; readonly slope: number } | undefined {
  const sample = sampledColumns(matrix, search);
  if (!sample) return undefined;
  const count = steps.length === 1 ? 1 : sample.matrix.shape[1];
  const bracket = new StepBracket(sample.search.bits, sample.matrix.data.length, slope);
  let tried = { step, count, levels: sample.entriesOf(levels) };
  for (let round = 0; round < ROUNDS; round++) {
    const rounding = roundedAt(sample.matrix, sample.search, tried, order, kernels, {});
    if (bracket.add(tried.step, rounding.bits)) break;
    tried = { step: bracket.next(tried.step, rounding.bits), count, levels: rounding.levels };
  }
  return { step: tried.step, slope: bracket.slope };
}

/** Roundings at a given step; each has better bit prices than the one before. */
const ROUNDS_AT_STEP = 2;

/** Compensated rounding at the steps of `plain`, whose levels give the first bit prices. */
export function compensatedAt(
  matrix: Matrix,
  search: Search,
  start: Found & Stepped,
  order: RoundingOrder,
  kernels: Kernels | undefined,
  progress: ProgressOptions,
): Stepped {
  const { shape } = matrix;
  const steps = Float32Array.from(start.steps, (_, column) => start.step * search.scales[column]);
  let { levels } = start;
  for (let round = 0; round < ROUNDS_AT_STEP; round++) {
    const rounding = priced(steps, search, order.costs, levelPrices(levels, shape), shape);
    const part = partialProgress(progress, round / ROUNDS_AT_STEP, (round + 1) / ROUNDS_AT_STEP);
    roundCompensated(matrix, order, rounding.round, kernels, part);
    levels = rounding.levels;
  }
  return { levels, steps };
}

/** A rounding that ignores its values and returns the given levels. */
function toLevels({ steps, levels }: Stepped, [, columns]: Matrix['shape']): RoundRow {
  return (_, rounded, row) => {
    for (let column = 0; column < columns; column++) {
      rounded[column] = levels[row * columns + column] * steps[steps.length === 1 ? 0 : column];
    }
  };
}

/** Rounds each entry to its nearest level, the next one towards 0, or 0, whichever costs least. */
function priced(
  steps: Float32Array,
  { rateWeight }: Search,
  costs: Float64Array,
  prices: LevelPrices,
  [rows, columns]: Matrix['shape'],
): { readonly round: RoundRow; readonly levels: Int32Array } {
  const levels = new Int32Array(rows * columns);
  const mean = costs.reduce((sum, cost) => sum + cost, 0) / rows;
  const round: RoundRow = (values, rounded, row) => {
    // The price of a bit in squared steps of this row
    const bitCost = (rateWeight * BALANCE * mean) / costs[row];
    for (let column = 0; column < columns; column++) {
      const unit = steps[steps.length === 1 ? 0 : column];
      if (unit === 0) continue;
      const place = row * columns + column;
      const size = Math.abs(values[column]) / unit;
      const nearest = Math.min(LARGEST, Math.round(size));
      let level = nearest;
      if (bitCost > 0 && nearest > 0) {
        let least = (size - nearest) ** 2 + bitCost * prices(place, nearest);
        for (let candidate = nearest - 1; ; candidate = 0) {
          const cost = (size - candidate) ** 2 + bitCost * prices(place, candidate);
          if (cost < least) {
            least = cost;
            level = candidate;
          }
          if (candidate === 0) break;
        }
      }
      levels[place] = values[column] < 0 ? -level : level;
      rounded[column] = levels[place] * unit;
    }
  };
  return { round, levels };
}
