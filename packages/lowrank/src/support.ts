// The random positions that a seed stands for.
import { createRandom, elementCount, type Shape2D } from '@gcompress/core';

/**
 * Draws `count` of the m·n positions of a matrix, each set with the same probability: selection sampling (Knuth, volume 2, algorithm S).
 *
 * @param shape `[m, n]`.
 * @param count from 0 to m·n.
 * @param seed an integer from 0 to 2³² − 1.
 * @returns the positions in reading order, `[count]`.
 */
export function supportOf(shape: Shape2D, count: number, seed: number): Int32Array {
  const random = createRandom(seed);
  const entries = elementCount(shape);
  const positions = new Int32Array(count);
  for (let entry = 0, found = 0; found < count; entry++) {
    if (random.uniform() * (entries - entry) < count - found) positions[found++] = entry;
  }
  return positions;
}
