// Which entries or blocks are kept: those with the largest scores.
import { createRandom, type ProgressOptions, pacedProgress, partialProgress } from '@gcompress/core';
import { nthLargest } from './nth-largest.ts';

/**
 * 1 for each of the `keep` largest scores, 0 for the others. Among equal scores at the edge a seeded shuffle decides, so
 * that it is always exactly `keep`, and no part of the matrix is preferred.
 */
export function flagLargest(
  scores: Float64Array,
  keep: number,
  seed: number,
  progress: ProgressOptions = {},
): Uint8Array {
  const flags = new Uint8Array(scores.length);
  if (keep === 0) return flags;
  const threshold = nthLargest(scores, keep, partialProgress(progress, 0, 0.8));
  const pace = pacedProgress(partialProgress(progress, 0.8, 1));
  const equal: number[] = [];
  let left = keep;
  for (let at = 0; at < scores.length; at++) {
    if (scores[at] > threshold) {
      flags[at] = 1;
      left--;
    } else if (scores[at] === threshold) equal.push(at);
    pace(1, at / scores.length);
  }
  if (left < equal.length) createRandom(seed).shuffle(equal);
  for (const at of equal.slice(0, left)) flags[at] = 1;
  return flags;
}

/** How many of `count` stay at this sparsity: `count·(1 − sparsity)`, of two integers equally near the even one. */
export function keptCount(count: number, sparsity: number): number {
  const exact = count * (1 - sparsity);
  const below = Math.floor(exact);
  if (exact - below === 0.5) return below + (below % 2);
  return Math.round(exact);
}
