// Sorts float32 values and tells the progress, which the engine's own sort of a large array cannot.
import { type ProgressOptions, pacedProgress } from '@gcompress/core';

/** From so many values on, the engine's sort takes longer than a report may wait on a slow machine. */
const LARGE = 2 ** 16;
const DIGITS = 2 ** 16;

/**
 * The finite values in ascending order, in a copy. Many are sorted by the two halves of their bits, the lower one first: the bits of
 * positive numbers are ordered as the numbers are, those of negative ones the other way round.
 */
export function sortValues(values: Float32Array, progress: ProgressOptions): Float32Array {
  const sorted = values.slice();
  if (values.length < LARGE) return sorted.sort();
  const pace = pacedProgress(progress);
  const size = values.length;
  let keys: Uint32Array = new Uint32Array(sorted.buffer);
  for (let at = 0; at < size; at++) {
    keys[at] = keys[at] >>> 31 === 1 ? ~keys[at] : keys[at] | 0x80000000;
    pace(1, at / (6 * size));
  }
  let other: Uint32Array = new Uint32Array(size);
  for (const [pass, shift] of [0, 16].entries()) {
    const ends = new Uint32Array(DIGITS + 1);
    for (let at = 0; at < size; at++) {
      ends[((keys[at] >>> shift) & 0xffff) + 1]++;
      pace(1, (1 + 2 * pass + at / size) / 6);
    }
    for (let digit = 0; digit < DIGITS; digit++) ends[digit + 1] += ends[digit];
    for (let at = 0; at < size; at++) {
      other[ends[(keys[at] >>> shift) & 0xffff]++] = keys[at];
      pace(1, (2 + 2 * pass + at / size) / 6);
    }
    [keys, other] = [other, keys];
  }
  // After two passes the keys are back in the first array
  for (let at = 0; at < size; at++) {
    keys[at] = keys[at] >>> 31 === 1 ? keys[at] & 0x7fffffff : ~keys[at];
    pace(1, (5 + at / size) / 6);
  }
  return sorted;
}
