import type { SortedPoints } from './sorted-points.ts';

/** What it costs to replace consecutive cells of the line by one value each. */
export interface SegmentCosts {
  /** Cells of the line; a segment `[from, to)` has `0 ≤ from < to ≤ cells`. */
  readonly cells: number;
  /** For each edge of a cell the sums of weight, moment and square before it, in two parts each. */
  readonly sums: Float64Array;
  /** Cell of a zero that must be the centroid of its segment; −1 when there is none. */
  readonly pinnedCell: number;
}

/** Sums that are kept for each edge, each but the last in two parts. */
const STRIDE = 6;

/**
 * Costs of all segments in constant time each, from running sums of weight, weighted value and weighted square.
 * The sums are kept in two float64 parts, because the cost of a narrow segment is a tiny difference of large sums.
 *
 * @param edges points at which the cells begin, and the number of points at the end; each point is a cell when left out.
 */
export function segmentCosts({ values, weights, pinned }: SortedPoints, edges?: Int32Array): SegmentCosts {
  const cells = edges ? edges.length - 1 : values.length;
  const sums = new Float64Array((cells + 1) * STRIDE);
  const origin = pinned < 0 ? weightedMean(values, weights) : 0;
  const [weight, moment, square] = [runningSum(), runningSum(), runningSum()];
  let pinnedCell = -1;
  let point = 0;
  for (let cell = 0; cell < cells; cell++) {
    const end = edges ? edges[cell + 1] : cell + 1;
    let w = 0;
    let m = 0;
    let q = 0;
    for (; point < end; point++) {
      if (point === pinned) pinnedCell = cell;
      const distance = values[point] - origin;
      w += weights[point];
      m += weights[point] * distance;
      q += weights[point] * distance * distance;
    }
    weight.add(w, sums, (cell + 1) * STRIDE);
    moment.add(m, sums, (cell + 1) * STRIDE + 2);
    square.add(q, sums, (cell + 1) * STRIDE + 4);
  }
  return { cells, sums, pinnedCell };
}

/** Weighted sum of squared distances of the points in cells `[from, to)` from their centroid. */
export function segmentCost({ sums, pinnedCell }: SegmentCosts, from: number, to: number): number {
  const a = from * STRIDE;
  const b = to * STRIDE;
  const square = sums[b + 4] - sums[a + 4] + (sums[b + 5] - sums[a + 5]);
  if (from <= pinnedCell && pinnedCell < to) return square;
  const weight = sums[b] - sums[a] + (sums[b + 1] - sums[a + 1]);
  const moment = sums[b + 2] - sums[a + 2] + (sums[b + 3] - sums[a + 3]);
  return Math.max(0, square - (moment * moment) / weight);
}

/** A sum in two parts whose rounding errors cancel (Neumaier, 1974). */
function runningSum() {
  let sum = 0;
  let rest = 0;
  return {
    add(term: number, to: Float64Array, at: number) {
      const next = sum + term;
      rest += Math.abs(sum) >= Math.abs(term) ? sum - next + term : term - next + sum;
      sum = next;
      to[at] = sum;
      to[at + 1] = rest;
    },
  };
}

function weightedMean(values: Float32Array, weights: Float64Array): number {
  let weight = 0;
  let sum = 0;
  for (let i = 0; i < values.length; i++) {
    weight += weights[i];
    sum += weights[i] * values[i];
  }
  return weight === 0 ? 0 : sum / weight;
}
