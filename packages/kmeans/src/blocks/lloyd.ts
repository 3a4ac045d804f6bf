// Lloyd's algorithm, with triangle-inequality bounds that avoid computing most distances.
import type { Pace } from '@gcompress/core';
import type { HeldPoints } from '@gcompress/core/hosts';
import type { Blocks } from '../layout/blocks.ts';
import { centroidTable, findNearest, type Nearest, squaredDistance } from './nearest.ts';

/** Blocks between two reports of progress; few, because a search among many long centroids is slow. */
const SEARCHES = 16;
/** Entries, or blocks whose bounds move, between two reports of progress. */
const ENTRIES = 2 ** 14;

/** Held blocks between two reports of progress: at least this many, and some millions of products of entries. */
const HELD_CHUNK = 256;
const HELD_OPERATIONS = 2 ** 22;
/** Operations of kernels that take about as long as one of plain arrays. */
const OPERATIONS_AT_ONCE = 8;

/** Options of {@link lloyd}. */
export interface LloydOptions {
  /** The most iterations. */
  readonly iterations: number;
  /** Relative decrease of the error below which the iterations end. */
  readonly tolerance: number;
  /** True if the first centroid is zero and must stay zero. */
  readonly pinZero: boolean;
  /** Receives the progress; may throw to end the work. */
  readonly pace?: Pace;
  /** The same blocks held by kernels, which then compute every distance in float32; without weights only. */
  readonly held?: HeldPoints | undefined;
}

/** Centroids `[count, size]` and their error: the weighted sum of squared distances. */
export interface Clustering {
  readonly centroids: Float64Array;
  readonly error: number;
}

/**
 * Lloyd's algorithm (1982) from given centroids. Bounds from the triangle inequality show for most blocks that they keep their
 * centroid (Hamerly, 2010); these distances are not computed, and the result is the same. With weights, the inequality does not
 * hold, and every distance is computed, as it is with held blocks. A centroid without blocks moves to the block with the largest error.
 */
export function lloyd(blocks: Blocks, start: Float64Array, options: LloydOptions): Clustering {
  const state = initialState(blocks, start, (operations) => options.pace?.(operations, 0));
  const { centroids } = state;
  const first = options.pinZero ? 1 : 0;
  let error = Number.POSITIVE_INFINITY;
  for (let iteration = 0; iteration < options.iterations; iteration++) {
    const spend = (operations: number, part: number) =>
      options.pace?.(operations, (iteration + part) / options.iterations);
    const changed = options.held ? assignHeld(blocks, state, options.held, spend) : assign(blocks, state, spend);
    const reseeded = fillEmpty(blocks, state, first, (operations) => spend(operations, 1));
    if (changed + reseeded === 0) break;
    const shifts = moveCentroids(blocks, state, first);
    if (!options.held && blocks.weights === undefined) {
      loosenBounds(blocks, state, shifts, (operations) => spend(operations, 1));
    }
    const before = error;
    error = remainingError(state, blocks.size, first);
    if (before - error <= options.tolerance * error) break;
  }
  return { centroids, error };
}

interface State {
  readonly centroids: Float64Array;
  /** Index of the centroid of each block; −1 before the first iteration. */
  readonly assigned: Int32Array;
  /** Upper bound of the distance of each block from its centroid. */
  readonly upper: Float64Array;
  /** Lower bound of the distance of each block from any other centroid. */
  readonly lower: Float64Array;
  /** Number of blocks of each centroid. */
  readonly members: Int32Array;
  /** Weighted sum of the blocks of each centroid, `[count, size]`. */
  readonly sums: Float64Array;
  /** Weight of the blocks of each centroid, `[count, size]`. */
  readonly mass: Float64Array;
  /** Weighted sum of squares of all entries. */
  readonly energy: number;
}

function initialState(
  { count, size, data, weights }: Blocks,
  start: Float64Array,
  spend: (operations: number) => void,
): State {
  let energy = 0;
  for (let at = 0; at < data.length; at++) {
    if (at % ENTRIES === 0) spend(ENTRIES);
    energy += (weights === undefined ? 1 : weights[at]) * data[at] * data[at];
  }
  return {
    centroids: start.slice(),
    assigned: new Int32Array(count).fill(-1),
    upper: new Float64Array(count).fill(Number.POSITIVE_INFINITY),
    lower: new Float64Array(count),
    members: new Int32Array(start.length / size),
    sums: new Float64Array(start.length),
    mass: new Float64Array(start.length),
    energy,
  };
}

/** Assigns each block to its nearest centroid; returns how many blocks changed. */
function assign(blocks: Blocks, state: State, pace: Pace): number {
  const { centroids, assigned, upper, lower } = state;
  const { count, size, weights } = blocks;
  const table = centroidTable(centroids, size);
  const margins = weights === undefined ? halfDistances(centroids, size, count) : undefined;
  const found: Nearest = { index: 0, distance: 0, second: 0 };
  let changed = 0;
  let searched = 0;
  for (let block = 0; block < count; block++) {
    if (block % SEARCHES === 0) {
      pace(searched * table.byEntry.length + SEARCHES * size, block / count);
      searched = 0;
    }
    const old = assigned[block];
    if (margins !== undefined && old >= 0) {
      const safe = Math.max(lower[block], margins[old]);
      if (upper[block] <= safe) continue;
      upper[block] = Math.sqrt(squaredDistance(blocks, block, centroids, old * size));
      if (upper[block] <= safe) continue;
    }
    findNearest(table, blocks, block, found);
    searched++;
    upper[block] = Math.sqrt(found.distance);
    lower[block] = Math.sqrt(found.second);
    if (found.index === old) continue;
    if (old >= 0) include(blocks, state, block, old, -1);
    include(blocks, state, block, found.index, 1);
    assigned[block] = found.index;
    changed++;
  }
  return changed;
}

/** {@link assign} by kernels that hold the blocks. */
function assignHeld(blocks: Blocks, state: State, held: HeldPoints, pace: Pace): number {
  const { assigned, centroids } = state;
  const { count, size } = blocks;
  held.setRows(centroids);
  const chunk = Math.max(HELD_CHUNK, 2 ** Math.floor(Math.log2(HELD_OPERATIONS / centroids.length)));
  const indices = new Int32Array(Math.min(chunk, count));
  const distances = new Float64Array(indices.length);
  let changed = 0;
  for (let from = 0; from < count; from += chunk) {
    const part = Math.min(chunk, count - from);
    held.nearest(from, indices.subarray(0, part), distances.subarray(0, part));
    pace((part * centroids.length) / OPERATIONS_AT_ONCE + part * size, from / count);
    for (let i = 0; i < part; i++) {
      const block = from + i;
      const old = assigned[block];
      if (indices[i] === old) continue;
      if (old >= 0) include(blocks, state, block, old, -1);
      include(blocks, state, block, indices[i], 1);
      assigned[block] = indices[i];
      changed++;
    }
  }
  return changed;
}

/** Half the distance of each centroid from the nearest other centroid: a block closer than that keeps its centroid. */
function halfDistances(centroids: Float64Array, size: number, blocks: number): Float64Array {
  const count = centroids.length / size;
  const halves = new Float64Array(count);
  // Not worth the time with nearly as many centroids as blocks
  if (count * count > blocks) return halves;
  halves.fill(Number.POSITIVE_INFINITY);
  for (let a = 0; a < count; a++) {
    for (let b = 0; b < a; b++) {
      let sum = 0;
      for (let entry = 0; entry < size; entry++)
        sum += (centroids[a * size + entry] - centroids[b * size + entry]) ** 2;
      const half = Math.sqrt(sum) / 2;
      halves[a] = Math.min(halves[a], half);
      halves[b] = Math.min(halves[b], half);
    }
  }
  return halves;
}

/** Adds a block to the sums of a centroid, or removes it. */
function include({ data, weights, size }: Blocks, state: State, block: number, centroid: number, sign: 1 | -1): void {
  const { members, sums, mass } = state;
  members[centroid] += sign;
  for (let entry = 0; entry < size; entry++) {
    const weight = weights === undefined ? sign : sign * weights[block * size + entry];
    sums[centroid * size + entry] += weight * data[block * size + entry];
    mass[centroid * size + entry] += weight;
  }
}

/** The squared distance of each block from its centroid. */
function errorsOf(
  blocks: Blocks,
  centroids: Float64Array,
  assigned: Int32Array,
  spend: (operations: number) => void,
): Float64Array {
  const errors = new Float64Array(blocks.count);
  for (let block = 0; block < blocks.count; block++) {
    errors[block] = squaredDistance(blocks, block, centroids, assigned[block] * blocks.size);
    spend(8 + blocks.size);
  }
  return errors;
}

/** The first block with the largest error. */
function farthest(errors: Float64Array, spend: (operations: number) => void): number {
  let most = 0;
  for (let block = 0; block < errors.length; block++) {
    if (block % ENTRIES === 0) spend(ENTRIES);
    if (errors[block] > errors[most]) most = block;
  }
  return most;
}

/** Moves each centroid without blocks to the block with the largest error; returns how many moved. */
function fillEmpty(blocks: Blocks, state: State, first: number, spend: (operations: number) => void): number {
  const { assigned, members, centroids, upper, lower } = state;
  const { size } = blocks;
  let errors: Float64Array | undefined;
  let moved = 0;
  for (let centroid = first; centroid * size < centroids.length; centroid++) {
    if (members[centroid] > 0) continue;
    errors ??= errorsOf(blocks, centroids, assigned, spend);
    const far = farthest(errors, spend);
    if (errors[far] === 0) break;
    include(blocks, state, far, assigned[far], -1);
    include(blocks, state, far, centroid, 1);
    assigned[far] = centroid;
    errors[far] = 0;
    upper[far] = Number.POSITIVE_INFINITY;
    lower[far] = 0;
    moved++;
  }
  return moved;
}

/** Moves each centroid to the mean of its blocks; returns the distances moved. */
function moveCentroids({ size }: Blocks, { centroids, sums, mass }: State, first: number): Float64Array {
  const shifts = new Float64Array(centroids.length / size);
  for (let at = first * size; at < centroids.length; at++) {
    if (mass[at] <= 0) continue;
    const mean = sums[at] / mass[at];
    shifts[Math.floor(at / size)] += (mean - centroids[at]) ** 2;
    centroids[at] = mean;
  }
  return shifts.map(Math.sqrt);
}

/** Loosens the bounds by the distances that the centroids moved. */
function loosenBounds(
  { count }: Blocks,
  { assigned, upper, lower }: State,
  shifts: Float64Array,
  spend: (operations: number) => void,
): void {
  let largest = 0;
  let next = 0;
  let mover = 0;
  for (let centroid = 0; centroid < shifts.length; centroid++) {
    if (shifts[centroid] > largest) {
      next = largest;
      largest = shifts[centroid];
      mover = centroid;
    } else {
      next = Math.max(next, shifts[centroid]);
    }
  }
  for (let block = 0; block < count; block++) {
    if (block % ENTRIES === 0) spend(4 * ENTRIES);
    upper[block] += shifts[assigned[block]];
    lower[block] -= assigned[block] === mover ? next : largest;
  }
}

/** Sum of squares around the centroids, computed without the blocks: all squares minus the part that the means explain. */
function remainingError({ energy, sums, mass }: State, size: number, first: number): number {
  let explained = 0;
  for (let at = first * size; at < sums.length; at++) if (mass[at] > 0) explained += (sums[at] * sums[at]) / mass[at];
  return Math.max(0, energy - explained);
}
