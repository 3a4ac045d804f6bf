// The optimal partition of the line into segments, the core of one-dimensional k-means.
import type { Pace } from '@gcompress/core';
import { type SegmentCosts, segmentCost } from './segment-costs.ts';

/** A partition of the cells `0 … n − 1` into segments: the first cell of each segment, and `n` at the end. */
export type Edges = Int32Array;

/** An optimal partition. */
export interface Partition {
  readonly edges: Edges;
  /** The approximate cost that one more segment saves. */
  readonly price: number;
}

interface Solution {
  readonly edges: Edges;
  /** Cost of the segments without their prices. */
  readonly cost: number;
}

/** Relative distance from the proven lower bound at which the search ends. */
const GAP = 1e-10;
const MAX_PASSES = 100;
/** Passes after which the progress is one half. */
const USUAL_PASSES = 8;
/** Cells between two reports of progress. */
const CELLS = 2 ** 12;
/** Multiplications that take about as long as one cell of a pass. */
const OPERATIONS_OF_CELL = 256;

/**
 * The partition of the cells into `count` segments of least total cost.
 *
 * The costs satisfy the quadrangle inequality, so one pass finds the cheapest partition into any number of segments at a price per
 * segment ({@link cheapest}). A higher price gives fewer segments; the search looks for the price that gives `count` segments. If
 * the number jumps over `count`, two neighbouring solutions are spliced (Aggarwal, Schieber and Tokuyama, 1994). Every price also
 * proves a lower bound, which shows when the result is optimal.
 *
 * @param count from 1 to the number of cells.
 * @param price start of the search, above 0; best near the cost that one more segment saves.
 */
export function optimalPartition(costs: SegmentCosts, count: number, price: number, pace: Pace = () => {}): Partition {
  if (count === 1) return { edges: Int32Array.of(0, costs.cells), price };
  if (count >= costs.cells) return { edges: Int32Array.from({ length: costs.cells + 1 }, (_, cell) => cell), price };
  // The number of passes is not known in advance
  let passes = 0;
  const solve = cheapest(costs, (operations, done) =>
    pace(operations, (passes + done) / (passes + done + USUAL_PASSES)),
  );
  // `many` has more than `count` segments, `few` has fewer
  let many: (Solution & { price: number }) | undefined;
  let few: typeof many;
  let best: Solution | undefined;
  let bound = 0;
  let halve = false;
  let next = price;
  for (let pass = 0; pass < MAX_PASSES; pass++) {
    passes = pass;
    const solution = { ...solve(next), price: next };
    const found = segments(solution);
    if (found === count) return solution;
    bound = Math.max(bound, solution.cost + next * (found - count));
    if (found > count) many = solution;
    else few = solution;
    if (!many || !few) {
      next *= found > count ? 4 * (found / count) ** 3 : (found / count) ** 3 / 4;
      continue;
    }
    const spliced = splice(costs, few.edges, many.edges, count);
    if (!best || spliced.cost < best.cost) best = spliced;
    if (best.cost - bound <= GAP * best.cost) break;
    // The number of segments falls roughly like a power of the price; every second step bisects, in case it does not
    const part = halve ? 0.5 : Math.log(count / segments(few)) / Math.log(segments(many) / segments(few));
    halve = !halve;
    const middle = few.price * (many.price / few.price) ** part;
    if (!(middle > many.price && middle < few.price)) break;
    next = middle;
  }
  const edges =
    best?.edges ?? Int32Array.from({ length: count + 1 }, (_, at) => Math.round((at * costs.cells) / count));
  return { edges, price: next };
}

function segments({ edges }: Solution): number {
  return edges.length - 1;
}

/**
 * The cheapest partition into any number of segments at a price per segment, with the candidate queue of Galil and Park (1992):
 * once a later beginning of the last segment is better, it stays better.
 */
function cheapest(costs: SegmentCosts, pace: Pace): (price: number) => Solution {
  const { cells } = costs;
  const total = new Float64Array(cells + 1);
  const begin = new Int32Array(cells + 1);
  // Queue of beginnings of the last segment, and for each the first end at which it is the best
  const candidates = new Int32Array(cells + 1);
  const firstEnds = new Int32Array(cells + 1);

  return (price) => {
    let head = 0;
    let tail = 0;
    candidates[0] = 0;
    firstEnds[0] = 1;
    for (let end = 1; end <= cells; end++) {
      if (end % CELLS === 0) pace(OPERATIONS_OF_CELL * CELLS, end / cells);
      if (head < tail && firstEnds[head + 1] <= end) head++;
      begin[end] = candidates[head];
      total[end] = total[begin[end]] + segmentCost(costs, begin[end], end) + price;
      while (tail >= head && loses(costs, total, candidates[tail], end, Math.max(firstEnds[tail], end + 1))) tail--;
      const from =
        tail < head ? end + 1 : firstWin(costs, total, candidates[tail], end, Math.max(firstEnds[tail], end + 1));
      if (from > cells) continue;
      candidates[++tail] = end;
      firstEnds[tail] = from;
    }
    const edges = [cells];
    for (let end = cells; end > 0; end = begin[end]) edges.push(begin[end]);
    return evaluated(costs, Int32Array.from(edges.reverse()));
  };
}

/** True if a last segment up to `end` is cheaper from `late` than from `early`. */
function loses(costs: SegmentCosts, total: Float64Array, early: number, late: number, end: number): boolean {
  return (
    end <= costs.cells && total[late] + segmentCost(costs, late, end) < total[early] + segmentCost(costs, early, end)
  );
}

/** The first end after `from` at which `early` loses against `late`; beyond the last cell if it never does. */
function firstWin(costs: SegmentCosts, total: Float64Array, early: number, late: number, from: number): number {
  let before = from;
  let step = 1;
  while (before + step <= costs.cells && !loses(costs, total, early, late, before + step)) {
    before += step;
    step *= 2;
  }
  let win = Math.min(before + step, costs.cells + 1);
  while (win - before > 1) {
    const middle = (win + before) >>> 1;
    if (loses(costs, total, early, late, middle)) win = middle;
    else before = middle;
  }
  return win;
}

/**
 * A partition into `count` segments that begins like `few` and ends like `many`. The two are joined where a segment of `few`
 * contains a segment of `many`, so that the cost is at most the interpolated cost of both.
 */
function splice(costs: SegmentCosts, few: Edges, many: Edges, count: number): Solution {
  const shift = many.length - 1 - count;
  let at = 0;
  while (many[at + 1 + shift] > few[at + 1]) at++;
  const edges = new Int32Array(count + 1);
  edges.set(few.subarray(0, at + 1));
  edges.set(many.subarray(at + 1 + shift), at + 1);
  return evaluated(costs, edges);
}

function evaluated(costs: SegmentCosts, edges: Edges): Solution {
  let cost = 0;
  for (let i = 1; i < edges.length; i++) cost += segmentCost(costs, edges[i - 1], edges[i]);
  return { edges, cost };
}
