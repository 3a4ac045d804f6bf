// Draws a factor uniformly at random.
import { elementCount, type Factor, floatFactor, type Random } from '@gcompress/core';

/**
 * A trainable factor drawn uniformly from ±√(3 / fan), whose variance is then 1 / fan; `fan` counts as 1 at least.
 *
 * Porting note: the initialisers of the reference, with a seeded generator in place of TensorFlow's global one.
 */
export function uniformFactor(random: Random, shape: readonly number[], fan: number): Factor {
  const bound = Math.sqrt(3 / Math.max(1, fan));
  const data = Float32Array.from({ length: elementCount(shape) }, () => (2 * random.uniform() - 1) * bound);
  return floatFactor(shape, data);
}
