// Histograms of the values of a weight before and after.
import type { Histogram } from '../data/report-data.ts';

/** Intervals of a histogram. */
const BINS = 72;
/** The most levels that are listed one by one. */
const MOST_LEVELS = 64;

/** The histograms of two arrays of equal length. Undefined if the arrays are empty or hold a value that is not finite. */
export function histogramOf(before: Float32Array, after: Float32Array): Histogram | undefined {
  let [from, to] = [Number.POSITIVE_INFINITY, Number.NEGATIVE_INFINITY];
  for (const values of [before, after]) {
    for (const value of values) {
      if (!Number.isFinite(value)) return undefined;
      if (value < from) from = value;
      if (value > to) to = value;
    }
  }
  if (from > to) return undefined;
  // A weight of one value gets an interval around it
  if (from === to) [from, to] = [from - 0.5, to + 0.5];
  const levels = levelsOf(after);
  return {
    range: [from, to],
    before: counts(before, from, to),
    after: counts(after, from, to),
    ...(levels && { levels }),
  };
}

/** Most distinct values in a column of a matrix `[rows, columns]` in row-major order. */
export function mostColumnLevels(values: Float32Array, columns: number): number {
  let most = 0;
  for (let column = 0; column < columns; column++) {
    const found = new Set<number>();
    for (let at = column; at < values.length; at += columns) found.add(values[at]);
    most = Math.max(most, found.size);
  }
  return most;
}

function counts(values: Float32Array, from: number, to: number): number[] {
  const found = new Array<number>(BINS).fill(0);
  const scale = BINS / (to - from);
  for (const value of values) found[Math.min(BINS - 1, Math.floor((value - from) * scale))]++;
  return found;
}

function levelsOf(values: Float32Array): [number, number][] | undefined {
  const found = new Map<number, number>();
  for (const value of values) {
    // Makes −0 and 0 one value
    const level = value + 0;
    found.set(level, (found.get(level) ?? 0) + 1);
    if (found.size > MOST_LEVELS) return undefined;
  }
  return [...found].sort(([a], [b]) => a - b);
}
