// Checks of the summaries that are handed to writers.
import { GCompressError } from '@gcompress/core';
import { assertNumber, describeValue } from '@gcompress/core/checks';
import type { HistogramSummary } from './histogram.ts';
import type { Summary } from './summary.ts';

const NUMBERS = ['min', 'max', 'count', 'sum', 'sumOfSquares'] as const;

/** @throws GCompressError `invalid-option` for anything but an array of numbers with tag and step. */
export function assertSummaries(where: string, summaries: unknown): asserts summaries is readonly Summary[] {
  for (const [at, summary] of entriesOf(where, summaries)) {
    if (typeof summary.value !== 'number') throw invalid(at, 'a number as value', summary.value);
  }
}

/** @throws GCompressError `invalid-option` for anything but an array of numbers or histograms with tag and step. */
export function assertSummariesOrHistograms(
  where: string,
  summaries: unknown,
): asserts summaries is readonly (Summary | HistogramSummary)[] {
  for (const [at, summary] of entriesOf(where, summaries)) {
    if (summary.histogram !== undefined) assertHistogram(at, summary.histogram);
    else if (typeof summary.value !== 'number') throw invalid(at, 'a number as value, or a histogram', summary.value);
  }
}

function entriesOf(where: string, summaries: unknown): (readonly [at: string, summary: Record<string, unknown>])[] {
  if (!Array.isArray(summaries)) throw invalid(where, 'an array of summaries', summaries);
  return Array.from(summaries, (summary: unknown, i) => {
    const at = `${where}, summary ${i}`;
    if (!isRecord(summary)) throw invalid(at, 'a summary', summary);
    if (typeof summary.tag !== 'string') throw invalid(at, 'a string as tag', summary.tag);
    assertNumber(at, 'step', summary.step, { integer: true });
    return [at, summary];
  });
}

function assertHistogram(at: string, histogram: unknown): void {
  if (!isRecord(histogram)) throw invalid(at, 'a histogram', histogram);
  for (const name of NUMBERS) {
    if (typeof histogram[name] !== 'number') throw invalid(at, `a histogram with a number as ${name}`, histogram[name]);
  }
  const { limits, counts } = histogram;
  if (!isNumbers(limits)) throw invalid(at, 'a histogram with an array of numbers as limits', limits);
  if (!isNumbers(counts)) throw invalid(at, 'a histogram with an array of numbers as counts', counts);
  if (counts.length !== limits.length) throw invalid(at, `${limits.length} counts, one for each limit`, counts);
}

function isRecord(value: unknown): value is Record<string, unknown> {
  return typeof value === 'object' && value !== null;
}

function isNumbers(value: unknown): value is number[] {
  return Array.isArray(value) && value.every((entry) => typeof entry === 'number');
}

function invalid(where: string, expected: string, actual: unknown): GCompressError {
  return new GCompressError('invalid-option', { where, expected, actual: describeValue(actual) });
}
