// The best plan: from equal slopes, by exchanges of one or two forms, then by branch and bound.
import type { ProgressOptions } from '@gcompress/core';
import type { Table } from '../problem/table.ts';
import { branch } from './branch.ts';
import { exchange, leastSelection, repaired } from './exchange.ts';
import { bestPrices } from './prices.ts';
import { optionsOf } from './selection.ts';

/** The forms that were found. */
export interface Found {
  /** The place of the chosen form among the rows of each matrix. */
  readonly places: readonly number[];
  /** No plan has a value that is smaller by more than this. */
  readonly gap: number;
}

/**
 * Searches the plan of the least value. A plan is worth at least the bound of the prices plus the penalties of its forms. So forms whose penalty
 * exceeds the gap to the best plan so far need not be tried, and few are left for branch and bound.
 *
 * Source: multiple-choice knapsack by its core, Pisinger, 1995.
 *
 * @param mostNodes where branch and bound ends; the gap is then what could not be excluded.
 * @returns undefined if no plan within the limits was found.
 * @throws the signal's reason when aborted.
 */
export function searchPlan(table: Table, mostNodes: number, progress: ProgressOptions): Found | undefined {
  const { limits, rows } = table;
  const { prices, bound } = bestPrices(table);
  const options = rows.map((forms) => optionsOf(forms, prices));
  const start = repaired(options, limits) ?? leastSelection(options, limits);
  if (start) exchange(start, bound);
  const { best, isProved } = branch(options, limits, { start, bound, mostNodes }, progress);
  if (!best) return undefined;
  return {
    places: best.chosen.map((at, i) => options[i][at].place),
    gap: isProved ? 0 : Math.max(0, best.value - bound),
  };
}
