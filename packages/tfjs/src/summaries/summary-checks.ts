// Checks of the summaries that are handed to writers.
import { GCompressError } from '@gcompress/core';
import { assertNumber, describeValue } from '@gcompress/core/checks';
import type { HistogramSummary } from './histogram.ts';
import type { ImageSummary } from './image-summary.ts';
import type { Summary } from './summary.ts';

const NUMBERS = ['min', 'max', 'count', 'sum', 'sumOfSquares'] as const;

/** @throws GCompressError `invalid-option` for anything but an array of numbers with tag and step. */
export function assertSummaries(where: string, summaries: unknown): asserts summaries is readonly Summary[] {
  for (const [at, summary] of entriesOf(where, summaries)) {
    if (typeof summary.value !== 'number') throw invalid(at, 'a number as value', summary.value);
  }
}

/** @throws GCompressError `invalid-option` for anything but an array of numbers, histograms or pictures with tag and step. */
export function assertAnySummaries(
  where: string,
  summaries: unknown,
): asserts summaries is readonly (Summary | HistogramSummary | ImageSummary)[] {
  for (const [at, summary] of entriesOf(where, summaries)) {
    if (summary.histogram !== undefined) assertHistogram(at, summary.histogram);
    else if (summary.image !== undefined) assertImage(at, summary.image);
    else if (typeof summary.value !== 'number')
      throw invalid(at, 'a number as value, a histogram or an image', summary.value);
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

/** The first bytes of every PNG file. */
const PNG = [137, 80, 78, 71, 13, 10, 26, 10];

function assertImage(at: string, image: unknown): void {
  if (!isRecord(image)) throw invalid(at, 'an image', image);
  for (const side of ['width', 'height']) assertNumber(`${at} image`, side, image[side], { min: 1, integer: true });
  const { png } = image;
  const isPng = png instanceof Uint8Array && PNG.every((byte, i) => png[i] === byte);
  if (!isPng) throw invalid(at, 'an image with the bytes of a PNG file as png', png);
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
