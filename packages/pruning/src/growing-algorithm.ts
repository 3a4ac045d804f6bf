import type { Algorithm, JsonObject } from '@gcompress/core';
import type { CompletePruning } from './options.ts';
import { finalSparsity, sparsityInForce } from './sparsity.ts';

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
  const whole = { ...complete, sparsity: 0 };
  const at = (value: number) => fixed({ ...complete, sparsity: value }, whole);
  return {
    ...at(finalSparsity(sparsity)),
    options: { ...complete } as unknown as JsonObject,
    atStep: (step) => at(sparsityInForce(step, sparsity)),
  };
}
