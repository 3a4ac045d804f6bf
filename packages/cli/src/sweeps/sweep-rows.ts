// The rows of a sweep's table: results in order, with their place on the Pareto front.
import { type DoneJob, paretoFront, rankResults } from '@gcompress/sweep';
import type { FoundSweep } from './read-definition.ts';
import type { Row } from './sweep-table.ts';

type Comparison = Pick<FoundSweep, 'metric' | 'goal' | 'size'>;

/** The results, the largest budget and the best first; those of the largest budget say whether they are on the Pareto front. */
export function rowsOf(
  rungs: readonly { readonly results: readonly DoneJob[] }[],
  { metric, goal, size }: Comparison,
): Row[] {
  const ranked = rungs.map(({ results }) => (metric === undefined ? results : rankResults(results, metric, goal)));
  const last = ranked[ranked.length - 1] ?? [];
  const front =
    metric === undefined || size === undefined
      ? undefined
      : new Set(paretoFront(last, { [size]: 'min', [metric]: goal }));
  return ranked.reverse().flatMap((results) =>
    results.map((job) => ({
      configuration: job.configuration,
      result: job.result,
      milliseconds: job.milliseconds,
      ...(front && results === last && { front: front.has(job) }),
    })),
  );
}

/** The same for results that came so far, in any order. While one lacks a metric, they keep the order in which they came. */
export function rowsSoFar(results: readonly DoneJob[], definition: Comparison & Pick<FoundSweep, 'halving'>): Row[] {
  const { metric, goal, size, halving } = definition;
  const budgetOf = ({ configuration }: DoneJob) => (halving ? Number(configuration[halving.name]) : 0);
  const budgets = [...new Set(results.map(budgetOf))].sort((a, b) => a - b);
  const rungs = budgets.map((budget) => ({ results: results.filter((job) => budgetOf(job) === budget) }));
  const has = (name: string) =>
    results.every(({ result }) => Object.hasOwn(result, name) && Number.isFinite(result[name]));
  return rowsOf(rungs, {
    goal,
    ...(metric !== undefined && has(metric) && { metric }),
    ...(size !== undefined && has(size) && { size }),
  });
}
