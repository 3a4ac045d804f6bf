// Random rotations, applied as a sequence of plane rotations without forming the matrix.
import type { Pace, Random } from '@gcompress/core';
import { bitsFor } from '@gcompress/core/storage';

/** Multiplications between two reports of progress: a report after every pair would cost as much as the pair. */
const OPERATIONS = 2 ** 16;

/**
 * An orthogonal matrix Q `[m, m]`, stored as the pairs of axes to rotate, in order. The matrix is never formed. A product takes `O(m log m)`
 * steps a column.
 */
export type Rotation = Int32Array;

/**
 * A random rotation of `size` axes. Each round pairs the axes at random and turns every pair by 45°. After
 * `2·⌈log₂ size⌉ + 1` rounds, each axis is spread over all others about as evenly as by a uniformly random rotation.
 *
 * This function is part of the file format. It uses only `+ − ×` and the generator of core, so every engine computes the same
 * bits.
 */
export function drawRotation(random: Random, size: number): Rotation {
  const paired = size - (size % 2);
  const rounds = 2 * bitsFor(size) + 1;
  const axes = Int32Array.from({ length: size }, (_, axis) => axis);
  const pairs = new Int32Array(rounds * paired);
  for (let round = 0; round < rounds; round++) {
    pairs.set(random.shuffle(axes).subarray(0, paired), round * paired);
  }
  return pairs;
}

/** Replaces `x [m, cols]`, row-major, by `Q·x`. */
export function applyRotation(pairs: Rotation, x: Float64Array, cols: number, pace?: Pace): void {
  byPanels(pairs, x, cols, pace, (panel, width, spend) => {
    const stride = strideFor(width);
    for (let from = 0; from < pairs.length; from += stride) {
      const to = Math.min(pairs.length, from + stride);
      for (let at = from; at < to; at += 2) turn(panel, pairs[at] * width, pairs[at + 1] * width, width);
      spend(2 * width * (to - from));
    }
  });
}

/** Replaces `x [m, cols]`, row-major, by `Qᵀ·x`. */
export function applyTransposedRotation(pairs: Rotation, x: Float64Array, cols: number, pace?: Pace): void {
  byPanels(pairs, x, cols, pace, (panel, width, spend) => {
    const stride = strideFor(width);
    for (let to = pairs.length; to > 0; to -= stride) {
      const from = Math.max(0, to - stride);
      for (let at = to - 2; at >= from; at -= 2) turn(panel, pairs[at + 1] * width, pairs[at] * width, width);
      spend(2 * width * (to - from));
    }
  });
}

/** Columns that go through all rounds together, so that they stay in the cache. */
export const PANEL = 64;

/** Runs `work` on copies of a few columns `[m, width]` at a time. Columns do not depend on each other. */
function byPanels(
  pairs: Rotation,
  x: Float64Array,
  cols: number,
  pace: Pace | undefined,
  work: (panel: Float64Array, width: number, spend: (operations: number) => void) => void,
): void {
  if (cols <= PANEL) {
    let spent = 0;
    work(x, cols, (operations) => {
      spent += operations;
      pace?.(operations, spent / (2 * cols * pairs.length));
    });
    return;
  }
  const rows = x.length / cols;
  for (let first = 0; first < cols; first += PANEL) {
    const width = Math.min(PANEL, cols - first);
    const panel = new Float64Array(rows * width);
    for (let i = 0; i < rows; i++) {
      const from = i * cols + first;
      panel.set(x.subarray(from, from + width), i * width);
    }
    work(panel, width, (operations) => pace?.(operations, first / cols));
    for (let i = 0; i < rows; i++) x.set(panel.subarray(i * width, (i + 1) * width), i * cols + first);
  }
}

/** Entries of `pairs` (two for each pair) between two reports of progress. */
function strideFor(cols: number): number {
  return 2 * Math.ceil(OPERATIONS / (4 * cols));
}

/** Turns two rows of `cols` values by 45°; with exchanged rows, turns them back. */
function turn(x: Float64Array, first: number, second: number, cols: number): void {
  for (let j = 0; j < cols; j++) {
    const u = x[first + j];
    const v = x[second + j];
    x[first + j] = (u + v) * Math.SQRT1_2;
    x[second + j] = (v - u) * Math.SQRT1_2;
  }
}
