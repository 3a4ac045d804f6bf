// Starting centroids by k-means++.
import type { Pace, Random } from '@gcompress/core';
import type { HeldPoints } from '@gcompress/core/hosts';
import type { Blocks } from '../layout/blocks.ts';
import { squaredDistance } from './nearest.ts';

/** The most centroids for which several draws for each are worth their time. */
const GREEDY_COUNT = 1024;
/** The most draws for a centroid: as many rows as kernels compare at once. */
const MOST_DRAWS = 8;

/**
 * Starting centroids by greedy k-means++ (Arthur and Vassilvitskii, 2007). Each centroid is a block, drawn with a probability
 * proportional to its squared distance from the nearest earlier centroid; the best of a few draws is kept.
 *
 * @param count the most centroids; the result has fewer if fewer blocks are distinct.
 * @param pinZero true if the first centroid is the zero block instead of a random block.
 * @param pace receives the progress after each draw.
 * @param held the same blocks without references, held by kernels; undefined to compute with plain arrays.
 * @returns `[at most count, size]`
 */
export function seedCentroids(
  blocks: Blocks,
  count: number,
  random: Random,
  pinZero: boolean,
  pace: Pace = () => {},
  held?: HeldPoints,
): Float64Array {
  const { size, data } = blocks;
  const draws = count > GREEDY_COUNT ? 1 : Math.min(MOST_DRAWS, 2 + Math.floor(Math.log(count)));
  const centroids = new Float64Array(count * size);
  const trials = held ?? new Trials(blocks);
  const nearest = new Float64Array(blocks.count);
  let found = 0;
  let error = Number.POSITIVE_INFINITY;
  while (found < count && error > 0) {
    const first = found === 0;
    const chosen = first
      ? [random.integer(blocks.count)]
      : drawn(
          nearest,
          Array.from({ length: draws }, () => random.uniform() * error),
        );
    const candidates = new Float64Array(chosen.length * size);
    chosen.forEach((block, at) => {
      if (!first || !pinZero) candidates.set(data.subarray(block * size, (block + 1) * size), at * size);
    });
    const errors = new Float64Array(chosen.length);
    trials.trialSums(candidates, errors);
    pace(chosen.length * data.length, found / count);
    const best = errors.indexOf(Math.min(...errors));
    const centroid = candidates.subarray(best * size, (best + 1) * size);
    centroids.set(centroid, found * size);
    trials.addReference(centroid, nearest);
    pace(data.length, found / count);
    error = errors[best];
    found++;
  }
  return centroids.subarray(0, found * size);
}

/** {@link HeldPoints.trialSums} and {@link HeldPoints.addReference} in float64, with weights. */
class Trials implements Pick<HeldPoints, 'trialSums' | 'addReference'> {
  readonly #nearest: Float64Array;

  constructor(readonly blocks: Blocks) {
    this.#nearest = new Float64Array(blocks.count).fill(Number.POSITIVE_INFINITY);
  }

  trialSums(rows: Float64Array, sums: Float64Array): void {
    const { count, size } = this.blocks;
    for (let row = 0; row < sums.length; row++) {
      let sum = 0;
      for (let block = 0; block < count; block++) {
        sum += Math.min(this.#nearest[block], squaredDistance(this.blocks, block, rows, row * size));
      }
      sums[row] = sum;
    }
  }

  addReference(row: Float64Array, distances: Float64Array): void {
    for (let block = 0; block < this.blocks.count; block++) {
      this.#nearest[block] = Math.min(this.#nearest[block], squaredDistance(this.blocks, block, row, 0));
    }
    distances.set(this.#nearest);
  }
}

/** For each target, the first position at which the running sum of `weights` exceeds it. */
function drawn(weights: Float64Array, targets: readonly number[]): number[] {
  const positions = targets.map(() => -1);
  const order = targets.map((_, at) => at).sort((a, b) => targets[a] - targets[b]);
  let sum = 0;
  let last = 0;
  let next = 0;
  for (let at = 0; at < weights.length && next < order.length; at++) {
    if (weights[at] === 0) continue;
    sum += weights[at];
    last = at;
    while (next < order.length && sum > targets[order[next]]) positions[order[next++]] = at;
  }
  return positions.map((position) => (position < 0 ? last : position));
}
