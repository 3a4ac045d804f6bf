// Values in the cells of a histogram: a quick stand-in for sorted values where cells are much narrower than segments.
import type { Pace } from '@gcompress/core';
import { type SortedPoints, withPinnedZero } from './sorted-points.ts';

/** Values that go through the scratch arrays at once. */
const CHUNK = 2 ** 12;
/** Multiplications that take about as long as one value in each of the two passes. */
const OPERATIONS_OF_MOMENT = 2;
const OPERATIONS_OF_CELL = 12;
/** Fewer values are sorted quickly enough. */
const FEWEST_VALUES = 2 ** 15;
/** Cells of an octave: this many for each level, within these bounds. */
const CELLS_PER_LEVEL = 32;
const FEWEST_CELLS = 2 ** 11;
const MOST_CELLS = 2 ** 14;
/** More cells than this come from tails that the sort handles better. */
const MOST_CELLS_OF_ALL = 2 ** 18;
/** Values above it could overflow float32 in the sums here. */
const LARGEST = 1e37;
/** Numbers for each cell: sums of weight, weighted deviation from the centre, and its weighted square. */
const STRIDE = 3;
/** Bits of the fraction of a float32. */
const FRACTION_BITS = 23;

/** Points that stand for the values of one cell each. */
export interface BinnedPoints extends SortedPoints {
  /** Weighted sum of squared distances of all values from the points of their cells. */
  readonly spread: number;
}

/**
 * The means of the values in each cell of a histogram, in ascending order. The cells are even around the centre of the values and widen
 * in the tails: the leading bits of the float `|value − centre| + scale` number the cells, which is a companding like the inverse
 * hyperbolic sine, without its time.
 *
 * @param levels of the codebook that is wanted; more levels need narrower cells.
 * @returns undefined for few values, many levels or tails that are too long.
 */
export function binnedPoints(
  values: Float32Array,
  weights: Float32Array | undefined,
  levels: number,
  pinZero: boolean,
  pace: Pace = () => {},
): BinnedPoints | undefined {
  const cellsOfOctave = Math.max(FEWEST_CELLS, 2 ** Math.ceil(Math.log2(CELLS_PER_LEVEL * levels)));
  if (values.length < FEWEST_VALUES || cellsOfOctave > MOST_CELLS) return undefined;
  const { center, scale, reach } = extent(values, (operations) => pace(operations, 0));
  if (!(scale > 0) || reach > LARGEST) return undefined;
  const shift = FRACTION_BITS - Math.log2(cellsOfOctave);
  const [first, last] = new Int32Array(Float32Array.of(scale, scale + reach).buffer);
  const half = ((last - first) >> shift) + 2;
  if (2 * half > MOST_CELLS_OF_ALL) return undefined;

  const sums = new Float64Array(STRIDE * 2 * half);
  const distances = new Float32Array(CHUNK);
  const bits = new Int32Array(distances.buffer);
  for (let from = 0; from < values.length; from += CHUNK) {
    const count = Math.min(CHUNK, values.length - from);
    pace(OPERATIONS_OF_CELL * count, from / values.length);
    for (let i = 0; i < count; i++) distances[i] = Math.abs(values[from + i] - center) + scale;
    for (let i = 0; i < count; i++) {
      const deviation = values[from + i] - center;
      const steps = (bits[i] - first) >> shift;
      const at = STRIDE * (deviation < 0 ? half - 1 - steps : half + steps);
      const weight = weights === undefined ? 1 : weights[from + i];
      sums[at] += weight;
      sums[at + 1] += weight * deviation;
      sums[at + 2] += weight * deviation * deviation;
    }
  }
  return occupied(sums, center, pinZero);
}

/** Centre, mean absolute value and largest distance from the centre. Zero is the centre unless it lies far outside. */
function extent(values: Float32Array, spend: (operations: number) => void) {
  let sum = 0;
  let magnitudes = 0;
  let least = Number.POSITIVE_INFINITY;
  let most = Number.NEGATIVE_INFINITY;
  for (let from = 0; from < values.length; from += CHUNK) {
    const end = Math.min(from + CHUNK, values.length);
    spend(OPERATIONS_OF_MOMENT * (end - from));
    for (let i = from; i < end; i++) {
      const value = values[i];
      sum += value;
      magnitudes += Math.abs(value);
      if (value < least) least = value;
      if (value > most) most = value;
    }
  }
  const mean = sum / values.length;
  const magnitude = magnitudes / values.length;
  const center = Math.abs(mean) < magnitude / 2 ? 0 : Math.fround(mean);
  const scale = center === 0 ? magnitude : Math.min(most - center, center - least) / 4;
  return { center, scale: Math.fround(scale), reach: Math.max(most - center, center - least) };
}

/** The cells with values, as points. */
function occupied(sums: Float64Array, center: number, pinZero: boolean): BinnedPoints {
  let count = 0;
  for (let at = 0; at < sums.length; at += STRIDE) if (sums[at] > 0) count++;
  const values = new Float64Array(count);
  const weights = new Float64Array(count);
  let spread = 0;
  let point = 0;
  for (let at = 0; at < sums.length; at += STRIDE) {
    const total = sums[at];
    if (total === 0) continue;
    const moment = sums[at + 1];
    spread += Math.max(0, sums[at + 2] - (moment * moment) / total);
    values[point] = center + moment / total;
    weights[point++] = total;
  }
  const points = { values, weights, pinned: -1 };
  return { ...(pinZero ? withPinnedZero(points) : points), spread };
}
