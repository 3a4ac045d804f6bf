// Weights in words.
import type { ReportedWeight } from '../data/report-data.ts';

/** The stored form: the format of a matrix, or how plain values changed their type, or the weight that shares its values. */
export function storedText({ dtype, storedAs, copyOf }: Pick<ReportedWeight, 'dtype' | 'storedAs' | 'copyOf'>): string {
  if (copyOf !== undefined) return `copy of ${copyOf}`;
  return dtype === storedAs ? `${dtype}, unchanged` : storedAs;
}

/** Stored bits for each value of the weight. */
export function bitsText({ shape, bytes }: Pick<ReportedWeight, 'shape' | 'bytes'>): string {
  const values = shape.reduce((product, side) => product * side, 1);
  return values === 0 ? '–' : ((8 * bytes) / values).toFixed(2);
}
