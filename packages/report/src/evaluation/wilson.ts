// The 95 % interval of a proportion.
import type { Proportion } from '../data/report-data.ts';

/** Quantile of the normal distribution for 95 % on both sides. */
const Z = 1.959964;

/** `hits` of `count`, with the score interval (Wilson, "Probable inference, the law of succession, and statistical inference", 1927). */
export function proportion(hits: number, count: number): Proportion {
  const value = hits / count;
  const squares = Z * Z;
  const center = (value + squares / (2 * count)) / (1 + squares / count);
  const half = (Z / (1 + squares / count)) * Math.sqrt((value * (1 - value)) / count + squares / (4 * count * count));
  return { value, low: Math.min(value, Math.max(0, center - half)), high: Math.max(value, Math.min(1, center + half)) };
}
