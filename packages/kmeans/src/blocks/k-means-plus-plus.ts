// Starting centroids by k-means++.
import type { Pace, Random } from '@gcompress/core';
import type { Blocks } from '../layout/blocks.ts';
import { squaredDistance } from './nearest.ts';

/** The most centroids for which several draws for each are worth their time. */
const GREEDY_COUNT = 1024;

/**
 * Starting centroids by greedy k-means++ (Arthur and Vassilvitskii, 2007). Each centroid is a block, drawn with a probability
 * proportional to its squared distance from the nearest earlier centroid; the best of a few draws is kept.
 *
 * @param count the most centroids; the result has fewer if fewer blocks are distinct.
 * @param pinZero true if the first centroid is the zero block instead of a random block.
 * @param pace receives the progress after each draw.
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
  /** Writes the squared distance of each block from its nearest centroid, `centroid` included, into `candidate`; returns the sum. */
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
