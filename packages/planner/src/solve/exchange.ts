// Brings a selection within the limits, and improves it by changing the forms of one matrix or of two.
import { type Option, Selection } from './selection.ts';

type Change = readonly [matrix: number, to: number];

/** Options that are tried in pairs; their number grows quadratically. */
const PAIRED = 300;
/** Improvements smaller than this part of the value are rounding errors. */
const LEAST = 1e-12;

/**
 * Starts with the cheapest options and makes changes of the least penalty for what they free, until all limits are kept.
 *
 * @returns undefined if no such sequence of changes keeps the limits.
 */
export function repaired(options: Selection['options'], limits: readonly number[]): Selection | undefined {
  const selection = new Selection(
    options,
    limits,
    options.map(() => 0),
  );
  let excess = selection.excess;
  while (excess > 0) {
    let best: Change | undefined;
    let most = 0;
    let left = excess;
    for (const [i, all] of options.entries()) {
      const from = all[selection.chosen[i]];
      for (const [to, option] of all.entries()) {
        const after = selection.excessAfter([[i, to]]);
        if (after >= excess) continue;
        const rate = (excess - after) / Math.max(option.penalty - from.penalty, Number.MIN_VALUE);
        if (rate > most) [best, most, left] = [[i, to], rate, after];
      }
    }
    if (!best) return undefined;
    selection.change(...best);
    excess = left;
  }
  return selection;
}

/** The selection that uses least of the limits, if it keeps them. */
export function leastSelection(options: Selection['options'], limits: readonly number[]): Selection | undefined {
  const share = ({ uses }: Option) => uses.reduce((sum, use, r) => sum + (limits[r] > 0 ? use / limits[r] : use), 0);
  const chosen = options.map((all) =>
    all.reduce((least, option, at) => (share(option) < share(all[least]) ? at : least), 0),
  );
  const selection = new Selection(options, limits, chosen);
  return selection.excess > 0 ? undefined : selection;
}

/** Changes one form or two as long as this lowers the value and keeps the limits. */
export function exchange(selection: Selection, bound: number): void {
  for (let round = 0; round < 20 * selection.chosen.length; round++) {
    const change = bestSingle(selection) ?? bestPair(selection, selection.value - bound);
    if (!change) return;
    for (const [i, to] of change) selection.change(i, to);
  }
}

function bestSingle(selection: Selection): readonly Change[] | undefined {
  const { options, chosen } = selection;
  let best: readonly Change[] | undefined;
  let most = LEAST * selection.value;
  for (const [i, all] of options.entries()) {
    for (const [to, option] of all.entries()) {
      const saved = all[chosen[i]].value - option.value;
      if (saved > most && selection.excessAfter([[i, to]]) === 0) [best, most] = [[[i, to]], saved];
    }
  }
  return best;
}

/** The best pair among the options of least penalty; one whose penalty exceeds the gap cannot be in a better plan. */
function bestPair(selection: Selection, gap: number): readonly Change[] | undefined {
  const { options, chosen } = selection;
  const changes = options
    .flatMap((all, i) => all.map((option, to) => ({ i, to, option, saved: all[chosen[i]].value - option.value })))
    .filter(({ i, to, option }) => to !== chosen[i] && option.penalty <= gap)
    .sort((a, b) => a.option.penalty - b.option.penalty)
    .slice(0, PAIRED);
  let best: readonly Change[] | undefined;
  let most = LEAST * selection.value;
  for (const [at, one] of changes.entries()) {
    for (const other of changes.slice(at + 1)) {
      const saved = one.saved + other.saved;
      if (one.i === other.i || saved <= most) continue;
      const pair: readonly Change[] = [
        [one.i, one.to],
        [other.i, other.to],
      ];
      if (selection.excessAfter(pair) === 0) [best, most] = [pair, saved];
    }
  }
  return best;
}
