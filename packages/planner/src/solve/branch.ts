// Branch and bound: proves a selection to be the best, or finds the best one.
import { type ProgressOptions, reportProgress } from '@gcompress/core';
import { type Option, Selection } from './selection.ts';

/** Nodes between two reports. */
const NODES = 4096;

/** The result of the search. */
export interface Branched {
  readonly best: Selection | undefined;
  /** Whether no selection was left out. */
  readonly isProved: boolean;
}

/**
 * Tries all selections that may be better than the given one. A selection is worth at least the bound plus the penalties of its options.
 *
 * @param start the best selection so far, if one is known.
 * @param mostNodes after this number of tried options the search ends.
 * @throws the signal's reason when aborted.
 */
export function branch(
  options: readonly (readonly Option[])[],
  limits: readonly number[],
  { start, bound, mostNodes }: { start: Selection | undefined; bound: number; mostNodes: number },
  progress: ProgressOptions,
): Branched {
  let best = start;
  let least = start?.value ?? Number.POSITIVE_INFINITY;
  let nodes = 0;
  // Matrices whose second option costs most are decided first, so that the tree stays narrow
  const order = [...options.keys()].sort((a, b) => secondPenalty(options[b]) - secondPenalty(options[a]));
  const rest = leastUses(
    order.map((i) => options[i]),
    limits.length,
  );
  const chosen = options.map(() => 0);
  const most = limits.map((limit) => limit * (1 + 1e-12));

  const visit = (depth: number, penalty: number, used: readonly number[]): boolean => {
    if (depth === order.length) {
      const found = new Selection(options, limits, [...chosen]);
      const value = found.value;
      if (value < least && found.excess === 0) [best, least] = [found, value];
      return true;
    }
    const i = order[depth];
    for (const [at, option] of options[i].entries()) {
      // Options are sorted by their penalty
      if (bound + penalty + option.penalty >= least - 1e-12 * Math.abs(least)) break;
      nodes++;
      if (nodes > mostNodes) return false;
      if (nodes % NODES === 0) reportProgress(progress, nodes / mostNodes);
      const after = used.map((use, r) => use + option.uses[r]);
      if (after.some((use, r) => use + rest[depth + 1][r] > most[r])) continue;
      chosen[i] = at;
      if (!visit(depth + 1, penalty + option.penalty, after)) return false;
    }
    return true;
  };
  const isProved = visit(
    0,
    0,
    limits.map(() => 0),
  );
  return { best, isProved };
}

/** What the matrices from each depth on use at least. */
function leastUses(options: readonly (readonly Option[])[], count: number): number[][] {
  const rest = [new Array<number>(count).fill(0)];
  for (const all of [...options].reverse()) {
    rest.push(rest[rest.length - 1].map((sum, r) => sum + Math.min(...all.map(({ uses }) => uses[r]))));
  }
  return rest.reverse();
}

function secondPenalty(options: readonly Option[]): number {
  return options[1]?.penalty ?? Number.POSITIVE_INFINITY;
}
