// Selects the entries or blocks with the largest scores.
import { createRandom, type ProgressOptions, pacedProgress, partialProgress } from '@gcompress/core';
import { nthLargest } from './nth-largest.ts';

/**
 * Flags with 1 for the `keep` largest scores and 0 for the others. A seeded shuffle decides among scores equal to the
 * threshold, so that exactly `keep` scores are flagged and no part of the matrix is preferred.
 */
export function flagLargest(
  scores: Float64Array,
  keep: number,
  seed: number,
  progress: ProgressOptions = {},
): Uint8Array {
  const flags = new Uint8Array(scores.length);
  if (keep === 0) return flags;
  const size = scores.length;
  const threshold = nthLargest(scores, keep, partialProgress(progress, 0, 0.6));
  const pace = pacedProgress(partialProgress(progress, 0.6, 0.7));
  let left = keep;
  let ties = 0;
  for (let at = 0; at < size; at++) {
    if (scores[at] > threshold) {
      flags[at] = 1;
      left--;
    } else if (scores[at] === threshold) ties++;
    pace(1, at / size);
  }
  const chosen = chosenTies(scores, threshold, { ties, left, seed }, partialProgress(progress, 0.7, 0.9));
  const last = pacedProgress(partialProgress(progress, 0.9, 1));
  for (const [at, score] of chosen.entries()) {
    flags[score] = 1;
    last(1, at / left);
  }
  return flags;
}

/** Flags for `left` of the `ties` scores that equal the threshold, chosen by a shuffle; no shuffle if all are chosen. */
function chosenTies(
  scores: Float64Array,
  threshold: number,
  { ties, left, seed }: { readonly ties: number; readonly left: number; readonly seed: number },
  progress: ProgressOptions,
): Int32Array {
  const equal = new Int32Array(ties);
  const pace = pacedProgress(partialProgress(progress, 0, 0.3));
  for (let at = 0, next = 0; next < ties; at++) {
    if (scores[at] === threshold) equal[next++] = at;
    pace(1, at / scores.length);
  }
  if (left < ties) createRandom(seed).shuffle(equal, pacedProgress(partialProgress(progress, 0.3, 1)));
  return equal.subarray(0, left);
}

/** Number of kept entries of `count` at this sparsity: `count·(1 − sparsity)`, rounded half to even. */
export function keptCount(count: number, sparsity: number): number {
  const exact = count * (1 - sparsity);
  const below = Math.floor(exact);
  if (exact - below === 0.5) return below + (below % 2);
  return Math.round(exact);
}
