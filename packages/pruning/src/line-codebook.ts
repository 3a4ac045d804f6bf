// One-dimensional k-means over the kept entries.
import { type Pace, type ProgressOptions, pacedProgress, partialProgress, reportProgress } from '@gcompress/core';
import { sortValues } from './masks/sort-values.ts';

/** The number of cells in the search for an optimal codebook. With fewer values than half of it, each value is a cell. */
const CELLS = 4096;
/** The most Lloyd sweeps at the end; a few usually suffice. */
const MAX_SWEEPS = 100;

/** Prefix sums over the values: two of them give the error of any segment. */
interface RunningSums {
  readonly first: Float64Array;
  readonly second: Float64Array;
}

/**
 * The centroids of one-dimensional k-means in ascending order: the optimum over up to 2,048 values. More values are grouped into cells;
 * dynamic programming finds the optimum over the cells, and Lloyd's algorithm moves it to the nearest optimum over the values.
 *
 * @param values at least one.
 * @param levels the most centroids; fewer distinct values give fewer centroids.
 */
export function lineCodebook(values: Float32Array, levels: number, progress: ProgressOptions = {}): Float32Array {
  reportProgress(progress, 0);
  const sorted = sortValues(values, partialProgress(progress, 0, 0.1));
  const pace = pacedProgress(partialProgress(progress, 0.1, 0.2));
  const distinct = fewDistinct(sorted, levels, pace);
  if (distinct) return distinct;
  // Values far from zero would give large sums with small differences
  const origin = sorted[sorted.length >>> 1];
  const sums = runningSums(sorted, origin, pace);
  const edges = refined(
    sorted,
    sums,
    origin,
    optimalEdges(sums, cellEdges(sorted, pace), levels, partialProgress(progress, 0.2, 0.8)),
    partialProgress(progress, 0.8, 1),
  );
  return Float32Array.from(
    { length: levels },
    (_, level) => origin + centroid(sums, edges[level], edges[level + 1]),
  ).sort();
}

/** The index of the nearest centroid for each value, in an ascending codebook; at equal distance, the smaller centroid. */
export function encodeNearest(
  values: Float32Array,
  codebook: Float32Array,
  progress: ProgressOptions = {},
): Int32Array {
  const pace = pacedProgress(progress);
  const steps = 1 + Math.ceil(Math.log2(codebook.length));
  const codes = new Int32Array(values.length);
  for (let at = 0; at < values.length; at++) {
    let low = 0;
    let high = codebook.length - 1;
    while (low < high) {
      const middle = (low + high) >>> 1;
      if (values[at] > (codebook[middle] + codebook[middle + 1]) / 2) low = middle + 1;
      else high = middle;
    }
    codes[at] = low;
    pace(steps, at / values.length);
  }
  return codes;
}

/** The distinct values if there are at most `most`, else undefined. */
function fewDistinct(sorted: Float32Array, most: number, pace: Pace): Float32Array | undefined {
  const distinct: number[] = [];
  for (let at = 0; at < sorted.length; at++) {
    pace(1, 0.3 * (at / sorted.length));
    if (at > 0 && sorted[at] === sorted[at - 1]) continue;
    if (distinct.length === most) return undefined;
    distinct.push(sorted[at]);
  }
  return Float32Array.from(distinct);
}

function runningSums(sorted: Float32Array, origin: number, pace: Pace): RunningSums {
  const first = new Float64Array(sorted.length + 1);
  const second = new Float64Array(sorted.length + 1);
  for (let at = 0; at < sorted.length; at++) {
    const distance = sorted[at] - origin;
    first[at + 1] = first[at] + distance;
    second[at + 1] = second[at] + distance * distance;
    pace(1, 0.3 + 0.4 * (at / sorted.length));
  }
  return { first, second };
}

function segmentError({ first, second }: RunningSums, from: number, to: number): number {
  return second[to] - second[from] - (first[to] - first[from]) ** 2 / (to - from);
}

function centroid({ first }: RunningSums, from: number, to: number): number {
  return (first[to] - first[from]) / (to - from);
}

/**
 * The edges of the cells. Half of them divide the values evenly, half divide the line evenly, so that both dense parts and tails have
 * enough cells.
 */
function cellEdges(sorted: Float32Array, pace: Pace): Int32Array {
  const half = CELLS / 2;
  const smallest = sorted[0];
  const width = sorted[sorted.length - 1] - smallest;
  const edges = [0];
  let byCount = 0;
  let byValue = 0;
  for (let at = 1; at < sorted.length; at++) {
    pace(1, 0.7 + 0.3 * (at / sorted.length));
    const count = Math.floor((at / sorted.length) * half);
    const value = Math.floor(((sorted[at] - smallest) / width) * half);
    if (count === byCount && value === byValue) continue;
    byCount = count;
    byValue = value;
    edges.push(at);
  }
  return Int32Array.from([...edges, sorted.length]);
}

/**
 * Edges of the partition of the cells into `levels` segments with the least error, by dynamic programming. In each layer, the best start of
 * the last segment grows with its end, so divide and conquer halves the search range (Wu, 1991).
 */
function optimalEdges(sums: RunningSums, cells: Int32Array, levels: number, progress: ProgressOptions): Int32Array {
  const count = cells.length - 1;
  let errors = Float64Array.from(cells, (to) => (to === 0 ? 0 : segmentError(sums, 0, to)));
  const beginnings: Int32Array[] = [];
  for (let level = 1; level < levels; level++) {
    reportProgress(progress, level / levels);
    const next = new Float64Array(count + 1).fill(Number.POSITIVE_INFINITY);
    const begin = new Int32Array(count + 1);
    const solve = (from: number, to: number, least: number, most: number): void => {
      if (from > to) return;
      const end = (from + to) >>> 1;
      for (let at = Math.max(least, level); at <= Math.min(most, end - 1); at++) {
        const error = errors[at] + segmentError(sums, cells[at], cells[end]);
        if (error >= next[end]) continue;
        next[end] = error;
        begin[end] = at;
      }
      solve(from, end - 1, least, begin[end]);
      solve(end + 1, to, begin[end], most);
    };
    solve(level + 1, count, level, count);
    errors = next;
    beginnings.push(begin);
  }
  const edges = new Int32Array(levels + 1);
  let cell = count;
  edges[levels] = cells[cell];
  for (let level = levels - 1; level > 0; level--) {
    cell = beginnings[level - 1][cell];
    edges[level] = cells[cell];
  }
  return edges;
}

/** Runs Lloyd's algorithm on sorted values: each edge moves to the middle between two centroids, until no edge moves. */
function refined(
  sorted: Float32Array,
  sums: RunningSums,
  origin: number,
  start: Int32Array,
  progress: ProgressOptions,
): Int32Array {
  const edges = start.slice();
  let moved = true;
  for (let sweep = 0; moved && sweep < MAX_SWEEPS; sweep++) {
    moved = false;
    reportProgress(progress, sweep / MAX_SWEEPS);
    for (let at = 1; at < edges.length - 1; at++) {
      const left = centroid(sums, edges[at - 1], edges[at]);
      const right = centroid(sums, edges[at], edges[at + 1]);
      const middle = origin + (left + right) / 2;
      // Each segment keeps at least one value
      let low = edges[at - 1] + 1;
      let high = edges[at + 1] - 1;
      while (low < high) {
        const value = (low + high) >>> 1;
        if (sorted[value] <= middle) low = value + 1;
        else high = value;
      }
      moved ||= edges[at] !== low;
      edges[at] = low;
    }
  }
  return edges;
}
