// A random rotation that is applied without being formed.
import type { Pace, Random } from '@gcompress/core';
import { bitsFor } from '@gcompress/core/storage';

/** Multiplications after which progress is told: telling it after every pair would cost as much as the pair. */
const OPERATIONS = 2 ** 16;

/** An orthogonal matrix Q `[m, m]` that is never formed: it is applied in `O(m log m)` steps a column. */
export interface Rotation {
  /** Replaces `x [m, cols]`, row-major, by `Q·x`. */
  apply(x: Float64Array, cols: number, pace?: Pace): void;
  /** Replaces `x [m, cols]`, row-major, by `Qᵀ·x`. */
  applyTransposed(x: Float64Array, cols: number, pace?: Pace): void;
}

/**
 * A random rotation of `size` axes: rounds in which all axes are paired at random and every pair is turned by 45°. After
 * `2·⌈log₂ size⌉ + 1` rounds each axis is spread over all others about as evenly as by a uniformly random rotation.
 *
 * This is part of the file format. It uses only `+ − ×` and the generator of core, so that every engine gets the same bits.
 */
export function drawRotation(random: Random, size: number): Rotation {
  const paired = size - (size % 2);
  const rounds = 2 * bitsFor(size) + 1;
  const axes = Int32Array.from({ length: size }, (_, axis) => axis);
  const pairs = new Int32Array(rounds * paired);
  for (let round = 0; round < rounds; round++) {
    pairs.set(random.shuffle(axes).subarray(0, paired), round * paired);
  }
  return {
    apply(x, cols, pace) {
      const stride = strideFor(cols);
      for (let from = 0; from < pairs.length; from += stride) {
        const to = Math.min(pairs.length, from + stride);
        for (let at = from; at < to; at += 2) turn(x, pairs[at] * cols, pairs[at + 1] * cols, cols);
        pace?.(2 * cols * (to - from), from / pairs.length);
      }
    },
    applyTransposed(x, cols, pace) {
      const stride = strideFor(cols);
      for (let to = pairs.length; to > 0; to -= stride) {
        const from = Math.max(0, to - stride);
        for (let at = to - 2; at >= from; at -= 2) turn(x, pairs[at + 1] * cols, pairs[at] * cols, cols);
        pace?.(2 * cols * (to - from), 1 - to / pairs.length);
      }
    },
  };
}

/** How many entries of pairs, two for each, take so many multiplications. */
function strideFor(cols: number): number {
  return 2 * Math.ceil(OPERATIONS / (4 * cols));
}

/** Turns two rows of `cols` values by 45°; with the rows exchanged, back again. */
function turn(x: Float64Array, first: number, second: number, cols: number): void {
  for (let j = 0; j < cols; j++) {
    const u = x[first + j];
    const v = x[second + j];
    x[first + j] = (u + v) * Math.SQRT1_2;
    x[second + j] = (v - u) * Math.SQRT1_2;
  }
}
