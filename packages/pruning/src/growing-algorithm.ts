// Gradual pruning: an algorithm whose sparsity depends on the training step.
import type { Algorithm, JsonObject } from '@gcompress/core';
import type { CompletePruning } from './options.ts';
import { finalSparsity, sparsityInForce } from './sparsity/sparsity.ts';

/**
 * The algorithm for a fixed or growing sparsity. At a training step it prunes with the sparsity of that step; outside training, with the
 * final sparsity.
 *
 * @param fixed makes the algorithm for a fixed sparsity; `room` are the options that decide the shapes of its factors.
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
    // Only the final stored form must be smaller than the matrix
    atStep: (step) => fixed({ ...complete, sparsity: sparsityInForce(step, sparsity), allowLarger: true }, whole),
  };
}
