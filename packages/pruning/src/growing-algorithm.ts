// Pruning that grows while a model trains.
import type { Algorithm, JsonObject } from '@gcompress/core';
import type { CompletePruning } from './options.ts';
import { finalSparsity, sparsityInForce } from './sparsity/sparsity.ts';

/**
 * The algorithm for a sparsity that may grow. At a training step it prunes with the sparsity of this step; outside of a training, with the
 * last sparsity.
 *
 * @param fixed makes the algorithm for a fixed sparsity; its factors have room for every sparsity of the growth.
 */
export function growingAlgorithm<K extends string, O extends CompletePruning, R>(
  complete: O,
  fixed: (options: O, room: O) => Algorithm<K, R>,
): Algorithm<K, R> {
  const { sparsity } = complete;
  if (typeof sparsity !== 'object') return fixed(complete, complete);
  // All entries are kept before the first mask
  const whole = { ...complete, sparsity: 0, allowLarger: true };
  return {
    ...fixed({ ...complete, sparsity: finalSparsity(sparsity) }, whole),
    options: { ...complete } as unknown as JsonObject,
    // Only the final form must be smaller than the matrix
    atStep: (step) => fixed({ ...complete, sparsity: sparsityInForce(step, sparsity), allowLarger: true }, whole),
  };
}
