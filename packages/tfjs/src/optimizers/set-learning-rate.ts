// Sets the learning rate of a stock optimizer.
import { GCompressError } from '@gcompress/core';
import { assertNumber, describeValue } from '@gcompress/core/checks';
import type { Optimizer } from '@tensorflow/tfjs-core';

/** Where stock optimizers keep their rate. SGD and Momentum also keep it as a tensor, which the method replaces. */
interface RatedOptimizer {
  learningRate: number;
  setLearningRate?(rate: number): void;
}

/**
 * Changes the learning rate of an optimizer from its next step on. Works with all optimizers of `tf.train`.
 *
 * @param rate at least 0.
 * @throws GCompressError `unsupported` for an optimizer without a learning rate, `invalid-option` for anything but an optimizer, or a
 * rate below 0. The optimizer is then unchanged.
 */
export function setLearningRate(optimizer: Optimizer, rate: number): void {
  assertRated(optimizer);
  assertNumber('setLearningRate', 'rate', rate, { min: 0 });
  const rated = optimizer as unknown as RatedOptimizer;
  if (rated.learningRate === rate) return;
  if (rated.setLearningRate) rated.setLearningRate(rate);
  else rated.learningRate = rate;
}

/**
 * Checks that the learning rate of an optimizer can be changed.
 *
 * @throws GCompressError `unsupported`.
 */
export function assertRated(optimizer: Optimizer): void {
  if (!isOptimizer(optimizer)) {
    throw new GCompressError('invalid-option', {
      where: 'setLearningRate optimizer',
      expected: 'an optimizer of tf.train',
      actual: describeValue(optimizer),
    });
  }
  if (typeof (optimizer as unknown as Partial<RatedOptimizer>).learningRate === 'number') return;
  throw new GCompressError('unsupported', {
    where: 'setLearningRate',
    expected: 'an optimizer with a number as its learningRate',
    actual: optimizer.getClassName(),
    hint: 'Use an optimizer of tf.train.',
  });
}

/** True if a value is an optimizer. The `instanceof` of tfjs throws a TypeError for `undefined`. */
export function isOptimizer(value: unknown): value is Optimizer {
  const parts = (typeof value === 'object' && value !== null ? value : {}) as Partial<Optimizer>;
  return typeof parts.minimize === 'function' && typeof parts.getClassName === 'function';
}
