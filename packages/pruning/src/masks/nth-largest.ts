// Finds the n-th largest score by radix selection, 16 bits at a time, without sorting.
import { type ProgressOptions, pacedProgress, partialProgress } from '@gcompress/core';

/** Index of the 32-bit half of a float64 that has its sign and exponent: 1 on little-endian machines. */
const HIGH_WORD = new Uint8Array(new Uint16Array([1]).buffer)[0] === 1 ? 1 : 0;

/**
 * The n-th largest score. Scores must be at least 0, because the bits of such numbers have the order of the numbers.
 *
 * @param n from 1 to the number of scores.
 */
export function nthLargest(scores: Float64Array, n: number, progress: ProgressOptions): number {
  let candidates = scores;
  let rank = n;
  for (let digit = 0; digit < 4 && candidates.length > 1; digit++) {
    const pace = pacedProgress(partialProgress(progress, digit / 4, (digit + 1) / 4));
    const size = candidates.length;
    const words = new Uint32Array(candidates.buffer, candidates.byteOffset, 2 * candidates.length);
    const word = digit < 2 ? HIGH_WORD : 1 - HIGH_WORD;
    const shift = digit % 2 === 0 ? 16 : 0;
    const digitOf = (at: number) => (words[2 * at + word] >>> shift) & 0xffff;
    const counts = new Int32Array(0x10000);
    for (let at = 0; at < size; at++) {
      counts[digitOf(at)]++;
      pace(1, at / (2 * size));
    }
    let chosen = 0xffff;
    for (; rank > counts[chosen]; chosen--) rank -= counts[chosen];
    const rest = new Float64Array(counts[chosen]);
    for (let at = 0, next = 0; at < size; at++) {
      if (digitOf(at) === chosen) rest[next++] = candidates[at];
      pace(1, 0.5 + at / (2 * size));
    }
    candidates = rest;
  }
  return candidates[0];
}
