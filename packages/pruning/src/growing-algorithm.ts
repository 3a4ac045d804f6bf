// Pruning that grows while a model trains.
import type { Algorithm, JsonObject } from '@gcompress/core';
import type { CompletePruning } from './options.ts';
import { finalSparsity, sparsityInForce } from './sparsity/sparsity.ts';

/**
 * The algorithm for options whose sparsity may grow: at each step of a training that of the sparsity in force, and outside of one
 * that of the last.
 *
 * @param fixed the algorithm for options whose sparsity is a number, with factors that have room for those of other options.
 */
export function growingAlgorithm<K extends string, O extends CompletePruning, R>(
  complete: O,
  fixed: (options: O, room: O) => Algorithm<K, R>,
): Algorithm<K, R> {
  const { sparsity } = complete;
  if (typeof sparsity !== 'object') return fixed(complete, complete);
  // Before the first mask everything is kept
  const whole = { ...complete, sparsity: 0, allowLarger: true };
  return {
    ...fixed({ ...complete, sparsity: finalSparsity(sparsity) }, whole),
    options: { ...complete } as unknown as JsonObject,
    // Only what is left at the end must be smaller than the matrix
    atStep: (step) => fixed({ ...complete, sparsity: sparsityInForce(step, sparsity), allowLarger: true }, whole),
  };
}
