// The codebook of single entries, by one-dimensional k-means.
import type { Pace } from '@gcompress/core';
import { compand } from './compand.ts';
import { type BinnedPoints, binnedPoints } from './histogram.ts';
import { type Edges, optimalPartition } from './optimal-partition.ts';
import { type SegmentCosts, segmentCost, segmentCosts } from './segment-costs.ts';
import { type SortedPoints, sortPoints } from './sorted-points.ts';

/** The most cells: up to this many distinct values, each is a cell of its own. */
const CELLS = 2 ** 18;
/** Cells for each level that suffice to estimate the price of a segment. */
const PRICE_CELLS_PER_LEVEL = 64;
/** The fewest cells that make a partition of binned values. */
const FEWEST_CELLS = 2 ** 13;
/** Progress once the values are sorted, the price of a segment is known, and the segments are found. */
const SORTED = 0.1;
const PRICED = 0.3;
const PARTED = 0.9;
/** Values may lie this far from the means of their cells, as a part of the error of the codebook; squared in both. */
const LARGEST_SPREAD = 2 ** -12;
/** Multiplications that take about as long as moving one value to the next segment. */
const OPERATIONS_OF_MOVE = 16;
/** Values between two reports of progress. */
const VALUES = 2 ** 14;
/** The most Lloyd sweeps at the end; two or three usually suffice. */
const MAX_SWEEPS = 100;

/**
 * The centroids of weighted one-dimensional k-means in ascending order. Their error is within a part of 2e-4 of the least: they are the
 * optimum over the cells of a histogram where its cells are narrow enough, moved to the nearest local optimum. Other values are sorted.
 * The result is then optimal for up to 262,144 distinct values, and for more values the optimum over 262,144 companded cells, moved likewise.
 *
 * @param weights weight of the error of each value; undefined for equal weights.
 * @param levels the most centroids; the result has fewer if there are fewer distinct values.
 * @param pinZero true if one centroid must be exactly 0; the others are then optimal beside it.
 * @param pace receives the progress; may throw to end the work.
 */
export function scalarCodebook(
  values: Float32Array,
  weights: Float32Array | undefined,
  levels: number,
  pinZero: boolean,
  pace: Pace = () => {},
): Float32Array {
  const binned = binnedPoints(values, weights, levels, pinZero, part(pace, 0, SORTED));
  const quick = binned && binnedCodebook(binned, levels, part(pace, SORTED, SORTED));
  if (quick) return quick;
  const points = sortPoints(values, weights, pinZero, part(pace, 0, SORTED));
  const distinct = points.values.length;
  if (distinct <= levels) return Float32Array.from(points.values);
  const companding = compand(points, (operations) => pace(operations, SORTED));
  // The cost that one more segment saves: first estimated from the companding, then from a partition of few cells
  let price = companding.total ** 3 / (6 * levels ** 3);
  const few = PRICE_CELLS_PER_LEVEL * levels;
  if (few < distinct / 4) {
    const costs = segmentCosts(points, part(pace, SORTED, SORTED), companding.edges(few));
    price = optimalPartition(costs, levels, price, part(pace, SORTED, PRICED)).price;
  }
  const partition = (costs: SegmentCosts) => optimalPartition(costs, levels, price, part(pace, PRICED, PARTED)).edges;
  const refine = (start: Edges) => refined(points, start, part(pace, PARTED, 1));
  if (distinct <= CELLS) return refine(partition(segmentCosts(points, part(pace, PRICED, PRICED))));
  const cells = companding.edges(CELLS);
  const edges = partition(segmentCosts(points, part(pace, PRICED, PRICED), cells));
  return refine(edges.map((cell) => cells[cell]));
}

/** The centroids of the values in cells; undefined where the cells are too wide for the result to be close to the optimum. */
function binnedCodebook(points: BinnedPoints, levels: number, pace: Pace): Float32Array | undefined {
  const cellCount = Math.max(FEWEST_CELLS, PRICE_CELLS_PER_LEVEL * levels);
  if (points.values.length <= levels) return undefined;
  const companding = compand(points, (operations) => pace(operations, 0));
  const estimate = companding.total ** 3 / (6 * levels ** 3);
  const cells = points.values.length > cellCount ? companding.edges(cellCount) : undefined;
  const costs = segmentCosts(points, part(pace, 0, 0), cells);
  const { edges } = optimalPartition(costs, levels, estimate, pace);
  let cost = 0;
  for (let i = 1; i < edges.length; i++) cost += segmentCost(costs, edges[i - 1], edges[i]);
  if (points.spread > LARGEST_SPREAD * cost) return undefined;
  return refined(points, cells ? edges.map((cell) => cells[cell]) : edges, pace);
}

function part(pace: Pace, from: number, to: number): Pace {
  return (operations, done) => pace(operations, from + done * (to - from));
}

/** Sums of a segment `[from, to)` of the points. */
interface Sums {
  weight: number;
  /** Weighted sum of the differences from `origin`, a value of the segment. */
  moment: number;
  readonly origin: number;
  readonly pinned: boolean;
}

function sumsOf({ values, weights, pinned }: SortedPoints, from: number, to: number, pace: Pace): Sums {
  const origin = values[from];
  let weight = 0;
  let moment = 0;
  for (let i = from; i < to; i++) {
    if (i % VALUES === 0) pace(VALUES, 0);
    weight += weights[i];
    moment += weights[i] * (values[i] - origin);
  }
  return { weight, moment, origin, pinned: from <= pinned && pinned < to };
}

function add(sums: Sums, { values, weights }: SortedPoints, at: number, sign: 1 | -1): void {
  sums.weight += sign * weights[at];
  sums.moment += sign * weights[at] * (values[at] - sums.origin);
}

function centroidOf({ weight, moment, origin, pinned }: Sums): number {
  return pinned ? 0 : origin + moment / weight;
}

/**
 * The centroids after Lloyd's algorithm on sorted points: each edge moves to the middle between its two centroids, which follow at
 * once, until no edge moves. Corrects the errors of rounded segment costs and of cells with several points.
 */
function refined(points: SortedPoints, start: Edges, pace: Pace): Float32Array {
  const { values } = points;
  const edges = start.slice();
  const segments = Array.from({ length: edges.length - 1 }, (_, i) => sumsOf(points, edges[i], edges[i + 1], pace));
  let moved = true;
  for (let sweep = 0; moved && sweep < MAX_SWEEPS; sweep++) {
    moved = false;
    for (let i = 1; i < segments.length; i++) {
      const left = segments[i - 1];
      const right = segments[i];
      const middle = (centroidOf(left) + centroidOf(right)) / 2;
      const before = edges[i];
      // The pinned zero stays in its segment, and no segment loses its last point
      while (edges[i] < edges[i + 1] - 1 && values[edges[i]] <= middle && edges[i] !== points.pinned) {
        add(left, points, edges[i], 1);
        add(right, points, edges[i]++, -1);
      }
      while (edges[i] - 1 > edges[i - 1] && values[edges[i] - 1] > middle && edges[i] - 1 !== points.pinned) {
        add(right, points, --edges[i], 1);
        add(left, points, edges[i], -1);
      }
      moved ||= edges[i] !== before;
      pace(OPERATIONS_OF_MOVE * (1 + Math.abs(edges[i] - before)), (sweep + i / segments.length) / MAX_SWEEPS);
    }
  }
  // From fresh sums: subtracting a point from a sum does not subtract its rounding
  return Float32Array.from(segments, (_, i) => centroidOf(sumsOf(points, edges[i], edges[i + 1], part(pace, 1, 1))));
}
