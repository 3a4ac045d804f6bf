// The cost of every segment of the line in constant time.
import type { Pace } from '@gcompress/core';
import type { SortedPoints } from './sorted-points.ts';

/** The costs of segments. A cost is the squared error of replacing consecutive cells of the line by one value. */
export interface SegmentCosts {
  /** Cells of the line; a segment `[from, to)` has `0 ≤ from < to ≤ cells`. */
  readonly cells: number;
  /** For each edge of a cell, the sums of weight, moment and square before it, each in two parts. */
  readonly sums: Float64Array;
  /** Cell of a zero that must be the centroid of its segment; −1 without such a zero. */
  readonly pinnedCell: number;
}

/** Numbers for each edge: three sums of two parts each. */
const STRIDE = 6;
/** Multiplications that take about as long as a point with its part of a cell. */
const OPERATIONS_OF_POINT = 8;

/**
 * Running sums of weight, weighted value and weighted square, which give the cost of each segment in constant time. Each sum has
 * two float64 parts, because the cost of a narrow segment is a tiny difference of large sums.
 *
 * @param pace is told of each cell.
 * @param edges points at which the cells begin, and the number of points at the end; without it, each point is a cell.
 */
export function segmentCosts(
  { values, weights, pinned }: SortedPoints,
  pace: Pace = () => {},
  edges?: Int32Array,
): SegmentCosts {
  const cells = edges ? edges.length - 1 : values.length;
  const sums = new Float64Array((cells + 1) * STRIDE);
  // Values far from zero would give large sums with small differences
  const origin = pinned < 0 ? values[values.length >>> 1] : 0;
  let pinnedCell = -1;
  let point = 0;
  for (let cell = 0; cell < cells; cell++) {
    const end = edges ? edges[cell + 1] : cell + 1;
    const begin = point;
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
    pace(OPERATIONS_OF_POINT * (end - begin), 0);
    const next = (cell + 1) * STRIDE;
    addTo(sums, next, w);
    addTo(sums, next + 2, m);
    addTo(sums, next + 4, q);
  }
  return { cells, sums, pinnedCell };
}

/** Weighted sum of squared distances between the points in cells `[from, to)` and their centroid. */
export function segmentCost({ sums, pinnedCell }: SegmentCosts, from: number, to: number): number {
  const a = from * STRIDE;
  const b = to * STRIDE;
  const square = sums[b + 4] - sums[a + 4] + (sums[b + 5] - sums[a + 5]);
  if (from <= pinnedCell && pinnedCell < to) return square;
  const weight = sums[b] - sums[a] + (sums[b + 1] - sums[a + 1]);
  const moment = sums[b + 2] - sums[a + 2] + (sums[b + 3] - sums[a + 3]);
  return Math.max(0, square - (moment * moment) / weight);
}

/** Writes the previous sum plus `term`, in two parts of which the second collects the rounding errors (Neumaier, 1974). */
function addTo(sums: Float64Array, at: number, term: number): void {
  const sum = sums[at - STRIDE];
  const next = sum + term;
  const lost = Math.abs(sum) >= Math.abs(term) ? sum - next + term : term - next + sum;
  sums[at] = next;
  sums[at + 1] = sums[at + 1 - STRIDE] + lost;
}
