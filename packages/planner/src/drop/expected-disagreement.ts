// How many answers of a classifier an error of its outputs is expected to change.
import { GCompressError } from '@gcompress/core';
import { assertNumber, describeValue } from '@gcompress/core/checks';

/**
 * The expected fraction of examples whose largest output changes its place, if normal noise is added to all outputs. For each example, the noise
 * must exceed the distance between the largest output and another one; the most likely of these changes counts. So the fraction is a little too
 * small where several classes are close, and errors of a compressed model are no independent noise: measure the plan before you rely on it.
 *
 * @param outputs `[examples, classes]` row-major, finite.
 * @param classes at least 2.
 * @param error squared error of the outputs relative to their squares, as a plan expects it; at least 0.
 * @returns from 0 to 0.5.
 * @throws GCompressError `invalid-option`.
 */
export function expectedDisagreement(outputs: ArrayLike<number>, classes: number, error: number): number {
  const where = 'expectedDisagreement';
  assertNumber(where, 'classes', classes, { min: 2, integer: true });
  assertNumber(where, 'error', error, { min: 0 });
  const length: unknown = (outputs as ArrayLike<number> | null | undefined)?.length;
  if (typeof outputs !== 'object' || typeof length !== 'number' || length === 0 || length % classes !== 0) {
    throw new GCompressError('invalid-option', {
      where: `${where} outputs`,
      expected: `values of examples with ${classes} classes each`,
      actual: typeof length === 'number' ? `${length} values` : describeValue(outputs),
    });
  }
  let squares = 0;
  for (let at = 0; at < length; at++) squares += Number(outputs[at]) ** 2;
  // The difference of two outputs has twice the variance
  const spread = Math.sqrt((2 * error * squares) / length);
  assertNumber(where, 'sum of squares of outputs', squares, { min: 0, max: Number.MAX_VALUE });
  let changed = 0;
  for (let at = 0; at < length; at += classes) {
    const margin = marginOf(outputs, at, classes);
    changed += spread === 0 ? 0 : upperTail(margin / spread);
  }
  return (changed * classes) / length;
}

/** Distance between the largest and the second largest output of an example. */
function marginOf(outputs: ArrayLike<number>, from: number, classes: number): number {
  let [first, second] = [Number.NEGATIVE_INFINITY, Number.NEGATIVE_INFINITY];
  for (let at = from; at < from + classes; at++) {
    const value = Number(outputs[at]);
    if (value > first) [first, second] = [value, first];
    else if (value > second) second = value;
  }
  return first - second;
}

/**
 * The probability that a standard normal number exceeds x, at least 0; to 1e-7.
 *
 * Source: Abramowitz and Stegun, Handbook of Mathematical Functions, 26.2.17.
 */
function upperTail(x: number): number {
  const t = 1 / (1 + 0.2316419 * x);
  const series = t * (0.31938153 + t * (-0.356563782 + t * (1.781477937 + t * (-1.821255978 + t * 1.330274429))));
  return (Math.exp((-x * x) / 2) / Math.sqrt(2 * Math.PI)) * series;
}
