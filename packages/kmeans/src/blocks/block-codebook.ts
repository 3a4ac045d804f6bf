// Codebooks of blocks: the best of several runs of k-means++ and Lloyd's algorithm.
import type { Kernels, Pace, Random } from '@gcompress/core';
import type { HeldPoints } from '@gcompress/core/hosts';
import type { Blocks } from '../layout/blocks.ts';
import { seedCentroids } from './k-means-plus-plus.ts';
import { type Clustering, type LloydOptions, lloyd } from './lloyd.ts';

/** Progress of a run once its starting centroids are found. */
const SEEDING = 0.3;

/** How {@link blockCodebook} searches. */
export interface BlockSearch extends LloydOptions {
  /** Independent searches; the best result is kept. */
  readonly restarts: number;
  readonly random: Random;
  /** Kernels that hold blocks, for blocks without weights; undefined to compute with plain arrays. */
  readonly holdPoints?: Kernels['holdPoints'];
  /** Receives the progress; may throw to end the work. */
  readonly pace: Pace;
}

/**
 * Centroids `[at most levels, size]` of k-means over blocks: the best of several runs of k-means++ and Lloyd's algorithm.
 * With many blocks, the runs see a random sample, and only the best run continues with all blocks. Centroids of a sample are a
 * better start than single blocks and take less time (Bradley and Fayyad, 1998).
 */
export function blockCodebook(blocks: Blocks, levels: number, search: BlockSearch): Float64Array {
  const { restarts, random, pinZero } = search;
  const all = blocks.count <= levels ? distinct(blocks, pinZero) : undefined;
  if (all !== undefined && all.length <= levels * blocks.size) return all;
  const sample = sampled(blocks, sampleSize(levels), random, (operations) => search.pace(operations, 0));
  const runs = sample ? restarts + 1 : restarts;
  let best: Clustering | undefined;
  for (let run = 0; run < restarts; run++) {
    const pace: Pace = (operations, done) => search.pace(operations, (run + done) / runs);
    const found = withHeld(sample ?? blocks, search, (held) => {
      const seeding: Pace = (operations, done) => pace(operations, SEEDING * done);
      const seeds = seedCentroids(sample ?? blocks, levels, random, pinZero, seeding, held);
      const moving: Pace = (operations, done) => pace(operations, SEEDING + (1 - SEEDING) * done);
      return lloyd(sample ?? blocks, seeds, { ...search, held, pace: moving });
    });
    if (best === undefined || found.error < best.error) best = found;
  }
  const start = best?.centroids ?? new Float64Array(0);
  if (sample === undefined) return start;
  const pace: Pace = (operations, done) => search.pace(operations, (restarts + done) / runs);
  return withHeld(blocks, search, (held) => lloyd(blocks, start, { ...search, held, pace })).centroids;
}

/** Runs with the blocks held by kernels, if there are such kernels and the blocks have no weights. */
export function withHeld<T>(
  { data, size, weights }: Blocks,
  { holdPoints }: Pick<BlockSearch, 'holdPoints'>,
  run: (held: HeldPoints | undefined) => T,
): T {
  if (holdPoints === undefined || weights !== undefined) return run(undefined);
  const held = holdPoints(data, size);
  try {
    return run(held);
  } finally {
    held.release();
  }
}

/** Blocks in the sample: 128 for each level up to 32,768, but at least 16 for each level. */
function sampleSize(levels: number): number {
  return Math.max(16 * levels, Math.min(128 * levels, 2 ** 15));
}

/** The distinct blocks, after the zero block if `withZero`. */
function distinct({ count, size, data }: Blocks, withZero: boolean): Float64Array {
  const known = new Map<string, Float32Array>();
  const remember = (block: Float32Array) => {
    const key = block.join();
    if (!known.has(key)) known.set(key, block);
  };
  if (withZero) remember(new Float32Array(size));
  for (let block = 0; block < count; block++) remember(data.subarray(block * size, (block + 1) * size));
  return Float64Array.from([...known.values()].flatMap((block) => [...block]));
}

/** A random sample of this many blocks; undefined if there are no more than that. */
function sampled(
  { count, size, data, weights }: Blocks,
  wanted: number,
  random: Random,
  pace: Pace,
): Blocks | undefined {
  if (count <= wanted) return undefined;
  const chosen = random
    .shuffle(
      new Int32Array(count).map((_, block) => block),
      pace,
    )
    .subarray(0, wanted);
  const copy = (source: Float32Array) => {
    const target = new Float32Array(wanted * size);
    chosen.forEach((block, to) => {
      target.set(source.subarray(block * size, (block + 1) * size), to * size);
    });
    return target;
  };
  return { count: wanted, size, data: copy(data), weights: weights && copy(weights) };
}
