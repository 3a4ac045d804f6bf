// Sorts float32 values by a radix sort that reports progress, unlike the engine's own sort.
import { type ProgressOptions, pacedProgress } from '@gcompress/core';

/** From this number of values on, the engine's sort would delay a progress report too long on a slow machine. */
const LARGE = 2 ** 16;
const DIGITS = 2 ** 16;

/**
 * A copy of the finite values in ascending order. Large arrays are sorted by the two halves of their bits, the lower half first. The bits
 * of positive numbers have the order of the numbers; the bits of negative numbers have the reverse order.
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
  // After two passes the sorted keys are in the first array
  for (let at = 0; at < size; at++) {
    keys[at] = keys[at] >>> 31 === 1 ? keys[at] & 0x7fffffff : ~keys[at];
    pace(1, (5 + at / size) / 6);
  }
  return sorted;
}
