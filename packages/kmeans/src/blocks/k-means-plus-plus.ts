// Starting centroids by k-means++.
import type { Pace, Random } from '@gcompress/core';
import type { Blocks } from '../layout/blocks.ts';
import { squaredDistance } from './nearest.ts';

/** Centroids up to which several draws are worth their time. */
const GREEDY_COUNT = 1024;

/**
 * Starting centroids by greedy k-means++ (Arthur and Vassilvitskii, 2007): each is a block drawn with a probability
 * proportional to its squared distance from those before; of a few draws, the one that leaves the least error is kept.
 *
 * @param count the most centroids; fewer come back when fewer blocks are distinct.
 * @param pinZero whether the first is the zero block instead of a random one.
 * @param pace told what was done after each draw.
 * @returns `[at most count, size]`
 */
export function seedCentroids(
  blocks: Blocks,
  count: number,
  random: Random,
  pinZero: boolean,
  pace: Pace = () => {},
): Float64Array {
  const { size, data } = blocks;
  const draws = count > GREEDY_COUNT ? 1 : 2 + Math.floor(Math.log(count));
  const centroids = new Float64Array(count * size);
  let found = 0;
  let nearest = new Float64Array(blocks.count).fill(Number.POSITIVE_INFINITY);
  let candidate = new Float64Array(blocks.count);
  let best = new Float64Array(blocks.count);
  let error = Number.POSITIVE_INFINITY;
  const centroid = new Float64Array(size);
  /** Distances from the nearest centroid if `centroid` is added, into `candidate`; their sum comes back. */
  const errorWithCentroid = () => {
    let sum = 0;
    for (let block = 0; block < blocks.count; block++) {
      const distance = Math.min(nearest[block], squaredDistance(blocks, block, centroid, 0));
      candidate[block] = distance;
      sum += distance;
    }
    return sum;
  };
  while (found < count && error > 0) {
    let bestError = Number.POSITIVE_INFINITY;
    const first = found === 0;
    for (let draw = 0; draw < (first ? 1 : draws); draw++) {
      const block = first ? random.integer(blocks.count) : drawn(nearest, random.uniform() * error);
      if (!first || !pinZero) centroid.set(data.subarray(block * size, (block + 1) * size));
      const candidateError = errorWithCentroid();
      pace(data.length, found / count);
      if (candidateError >= bestError) continue;
      bestError = candidateError;
      centroids.set(centroid, found * size);
      [candidate, best] = [best, candidate];
    }
    [nearest, best] = [best, nearest];
    error = bestError;
    found++;
  }
  return centroids.subarray(0, found * size);
}

/** The first position at which the running sum of `weights` exceeds `target`. */
function drawn(weights: Float64Array, target: number): number {
  let sum = 0;
  let last = 0;
  for (let at = 0; at < weights.length; at++) {
    if (weights[at] === 0) continue;
    sum += weights[at];
    last = at;
    if (sum > target) break;
  }
  return last;
}
