// Histograms with the buckets of TensorBoard.
import { GCompressError } from '@gcompress/core';
import { describeValue } from '@gcompress/core/checks';

/** The distribution of numbers; the message `HistogramProto` of TensorBoard. */
export interface Histogram {
  readonly min: number;
  readonly max: number;
  /** The number of values. */
  readonly count: number;
  readonly sum: number;
  readonly sumOfSquares: number;
  /** The upper limit of each bucket, in rising order. A value that equals a limit belongs to the next bucket. */
  readonly limits: readonly number[];
  /** The number of values in each bucket. */
  readonly counts: readonly number[];
}

/** A histogram at one step, for files that can hold histograms. */
export interface HistogramSummary {
  /** Name of the quantity; parts are separated by `/`. */
  readonly tag: string;
  /** The step after which it was taken, from 0. */
  readonly step: number;
  readonly histogram: Histogram;
}

const SMALLEST = 1e-12;
const LARGEST = 1e20;
const GROWTH = 1.1;

/**
 * The histogram of numbers, with the buckets of TensorFlow's `tf.summary.histogram`: on both sides of 0, each bucket is a tenth wider
 * than the bucket before. Only the buckets from the first to the last that is not empty are kept.
 *
 * Source: `histogram.cc` of TensorFlow.
 *
 * @throws GCompressError `invalid-option` for anything but an array of numbers, `non-finite` for an infinite number or NaN.
 */
export function histogramOf(values: ArrayLike<number>): Histogram {
  if (!Array.isArray(values) && !(ArrayBuffer.isView(values) && 'length' in values)) {
    const details = { where: 'histogramOf', expected: 'an array of numbers', actual: describeValue(values) };
    throw new GCompressError('invalid-option', details);
  }
  const limits = defaultLimits();
  const counts = new Array<number>(limits.length).fill(0);
  let [min, max, sum, sumOfSquares] = [Number.POSITIVE_INFINITY, Number.NEGATIVE_INFINITY, 0, 0];
  for (let i = 0; i < values.length; i++) {
    const value: unknown = values[i];
    if (typeof value !== 'number' || !Number.isFinite(value)) {
      throw new GCompressError(typeof value === 'number' ? 'non-finite' : 'invalid-option', {
        where: 'histogramOf',
        expected: 'finite numbers',
        actual: `${describeValue(value)} at ${i}`,
      });
    }
    counts[bucketOf(limits, value)]++;
    min = Math.min(min, value);
    max = Math.max(max, value);
    sum += value;
    sumOfSquares += value * value;
  }
  if (values.length === 0) return { min: 0, max: 0, count: 0, sum: 0, sumOfSquares: 0, limits: [], counts: [] };
  // The limit before the first bucket is where that bucket begins
  const begin = Math.max(0, bucketOf(limits, min) - 1);
  const end = bucketOf(limits, max) + 1;
  return {
    min,
    max,
    count: values.length,
    sum,
    sumOfSquares,
    limits: limits.slice(begin, end),
    counts: counts.slice(begin, end),
  };
}

function defaultLimits(): number[] {
  const positive: number[] = [];
  for (let limit = SMALLEST; limit < LARGEST; limit *= GROWTH) positive.push(limit);
  positive.push(Number.MAX_VALUE);
  return [...positive.map((limit) => -limit).reverse(), 0, ...positive];
}

/** The index of the first limit above a number; the last bucket includes its limit. */
function bucketOf(limits: readonly number[], value: number): number {
  let [low, high] = [0, limits.length - 1];
  while (low < high) {
    const middle = (low + high) >> 1;
    if (limits[middle] > value) high = middle;
    else low = middle + 1;
  }
  return low;
}
