// Orders results by a metric.
import { GCompressError, type JsonObject } from '@gcompress/core';
import { assertOneOf, assertType, describeValue } from '@gcompress/core/checks';

/** Whether a small or a large value is good. */
export type Goal = 'min' | 'max';

/**
 * The results of jobs, the best first; equal metrics keep their order.
 *
 * @param metric name of a number in each result.
 * @param goal default `min`.
 * @throws GCompressError `invalid-option` if a result has no such number.
 */
export function rankResults<T extends { readonly result: JsonObject }>(
  results: readonly T[],
  metric: string,
  goal: Goal = 'min',
): T[] {
  assertResults('rankResults', results);
  assertType('rankResults', 'metric', metric, 'string');
  assertOneOf('rankResults', 'goal', goal, ['min', 'max']);
  const sign = goal === 'min' ? 1 : -1;
  const valued = results.map((each) => ({ each, value: sign * metricOf(each.result, metric) }));
  return valued.sort((a, b) => a.value - b.value).map(({ each }) => each);
}

/** A metric of a result. */
export function metricOf(result: JsonObject, metric: string): number {
  const value = Object.hasOwn(result, metric) ? result[metric] : undefined;
  if (typeof value === 'number' && Number.isFinite(value)) return value;
  const names = Object.keys(result).filter((key) => typeof result[key] === 'number');
  throw new GCompressError('invalid-option', {
    where: `metric '${metric}'`,
    expected: 'a number of this name in each result',
    actual: describeValue(value),
    hint: names.length > 0 ? `There are ${names.join(', ')}.` : 'The result has no numbers.',
  });
}

/** @throws GCompressError `invalid-option` for anything but an array of objects with a result. */
export function assertResults(where: string, results: unknown): void {
  const valid =
    Array.isArray(results) && results.every((each) => typeof Object(each).result === 'object' && each.result !== null);
  if (valid) return;
  const expected = 'an array of objects with a result';
  throw new GCompressError('invalid-option', { where: `${where} results`, expected, actual: describeValue(results) });
}
