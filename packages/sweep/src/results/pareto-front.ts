// The results that no other result beats.
import { GCompressError, type JsonObject } from '@gcompress/core';
import { assertOneOf, assertType } from '@gcompress/core/checks';
import { assertResults, type Goal, metricOf } from './rank-results.ts';

/**
 * The Pareto front: results for which no other one is as good in every metric and better in one. Equal results stay all. They are sorted by the first
 * metric, the best first.
 *
 * @param goals metrics and what is good of them, such as `{ bytes: 'min', error: 'min' }`; at least one.
 * @throws GCompressError `invalid-option` without metrics, or if a result lacks one.
 */
export function paretoFront<T extends { readonly result: JsonObject }>(
  results: readonly T[],
  goals: Readonly<Record<string, Goal>>,
): T[] {
  assertResults('paretoFront', results);
  assertType('paretoFront', 'goals', goals, 'object');
  const metrics = Object.entries(goals);
  for (const [metric, goal] of metrics) assertOneOf('paretoFront', metric, goal, ['min', 'max']);
  if (metrics.length === 0) {
    throw new GCompressError('invalid-option', { where: 'paretoFront goals', expected: 'a metric', actual: 'none' });
  }
  const valued = results.map((each) => ({
    each,
    values: metrics.map(([metric, goal]) => (goal === 'min' ? 1 : -1) * metricOf(each.result, metric)),
  }));
  const front = valued.filter(({ values }) => !valued.some((other) => beats(other.values, values)));
  return front.sort((a, b) => firstDifference(a.values, b.values)).map(({ each }) => each);
}

/** Whether `a` is as good as `b` in every value, and better in one. */
function beats(a: readonly number[], b: readonly number[]): boolean {
  return a.every((value, i) => value <= b[i]) && a.some((value, i) => value < b[i]);
}

function firstDifference(a: readonly number[], b: readonly number[]): number {
  const at = a.findIndex((value, i) => value !== b[i]);
  return at < 0 ? 0 : a[at] - b[at];
}
