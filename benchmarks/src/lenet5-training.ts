// Training and testing of LeNet-5 on MNIST.
import { createRandom } from '@gcompress/core';
import type { Digits } from '@gcompress/example-datasets';
import * as tf from '@tensorflow/tfjs';

const PIXELS = 28 * 28;

/** How a network is trained. */
export interface Recipe {
  readonly epochs: number;
  readonly batchSize: number;
  /** Learning rate of Adam at `step` of `steps`. */
  learningRate(step: number, steps: number): number;
  readonly seed: number;
}

/** Falls from `from` to `to` along half a cosine (Loshchilov and Hutter, 2017). */
export const cosineRate = (from: number, to: number) => (step: number, steps: number) =>
  to + ((from - to) * (1 + Math.cos((Math.PI * step) / steps))) / 2;

/**
 * Trains with Adam on the cross-entropy, every image once an epoch in a seeded order.
 *
 * @param afterStep called with the number of each step, from 0.
 */
export async function train(
  digits: Digits,
  variables: tf.Variable[],
  predict: (images: tf.Tensor4D) => tf.Tensor2D,
  { epochs, batchSize, learningRate, seed }: Recipe,
  afterStep: (step: number) => Promise<unknown> = async () => {},
): Promise<void> {
  const random = createRandom(seed);
  const order = Array.from({ length: digits.count }, (_, image) => image);
  const batches = Math.floor(digits.count / batchSize);
  const optimizer = tf.train.adam();
  for (let epoch = 0, step = 0; epoch < epochs; epoch++) {
    random.shuffle(order);
    for (let batch = 0; batch < batches; batch++, step++) {
      // Adam reads it at every step; tfjs has no schedules of its own
      Object.assign(optimizer, { learningRate: learningRate(step, epochs * batches) });
      const images = order.slice(batch * batchSize, (batch + 1) * batchSize);
      tf.tidy(() => {
        const [xs, ys] = batchOf(digits, images);
        optimizer.minimize(() => tf.losses.softmaxCrossEntropy(ys, predict(xs)) as tf.Scalar, false, variables);
      });
      await afterStep(step);
    }
  }
  optimizer.dispose();
}

/** Part of the digits that are recognised. */
export function accuracyOf(digits: Digits, predict: (images: tf.Tensor4D) => tf.Tensor2D): number {
  let right = 0;
  for (let first = 0; first < digits.count; first += 1000) {
    const images = Array.from({ length: Math.min(1000, digits.count - first) }, (_, i) => first + i);
    const found = tf.tidy(() => tf.argMax(predict(batchOf(digits, images)[0]), 1).dataSync());
    right += images.filter((image, i) => found[i] === digits.labels[image]).length;
  }
  return right / digits.count;
}

function batchOf(digits: Digits, images: readonly number[]): [tf.Tensor4D, tf.Tensor2D] {
  const pixels = new Float32Array(images.length * PIXELS);
  for (const [i, image] of images.entries()) {
    pixels.set(digits.images.subarray(image * PIXELS, (image + 1) * PIXELS), i * PIXELS);
  }
  const labels = tf.tensor1d(
    images.map((image) => digits.labels[image]),
    'int32',
  );
  return [tf.tensor4d(pixels, [images.length, 28, 28, 1]), tf.oneHot(labels, 10).toFloat() as tf.Tensor2D];
}
