// The training loop, and the accuracy of a model.
import { createRandom } from '@gcompress/core';
import type { Digits } from '@gcompress/example-datasets';
import * as tf from '@tensorflow/tfjs';
import type { Model } from './models.ts';

/** How a model is trained. */
export interface TrainingOptions {
  readonly epochs: number;
  /** Pictures a step; what is left of an epoch makes no step. */
  readonly batchSize: number;
  readonly learningRate: number;
  readonly seed: number;
  /** Called after each epoch, counted from 1, with its mean loss. */
  readonly onEpoch: (epoch: number, loss: number) => void;
}

/** Trains a model by gradient descent in a loop of its own. */
export async function train(model: Model, digits: Digits, options: TrainingOptions): Promise<void> {
  const { epochs, batchSize, learningRate, seed, onEpoch } = options;
  const optimizer = tf.train.sgd(learningRate);
  const variables = [...model.layers.values()].flatMap(({ trainable }) => trainable);
  const steps = Math.floor(digits.count / batchSize);
  for (let epoch = 0; epoch < epochs; epoch++) {
    const order = createRandom(seed * 1000 + epoch).shuffle(Int32Array.from({ length: digits.count }, (_, i) => i));
    let sum = 0;
    for (let step = 0; step < steps; step++) {
      const [images, labels] = batch(digits, order.subarray(step * batchSize, (step + 1) * batchSize));
      const loss = () => tf.losses.softmaxCrossEntropy(labels, model.logits(images, true)) as tf.Scalar;
      const cost = optimizer.minimize(loss, true, variables) as tf.Scalar;
      sum += (await cost.data())[0];
      tf.dispose([images, labels, cost]);
      await model.runUpdateStep(epoch * steps + step);
    }
    onEpoch(epoch + 1, sum / steps);
  }
  optimizer.dispose();
}

/** Part of the digits that the model reads right. */
export async function accuracyOf(model: Model, digits: Digits, batchSize = 500): Promise<number> {
  let right = 0;
  for (let begin = 0; begin < digits.count; begin += batchSize) {
    const end = Math.min(digits.count, begin + batchSize);
    const correct = tf.tidy(() => {
      const [images, labels] = batch(
        digits,
        Int32Array.from({ length: end - begin }, (_, i) => begin + i),
      );
      return tf.metrics.categoricalAccuracy(labels, model.logits(images, false)).sum();
    });
    right += (await correct.data())[0];
    correct.dispose();
  }
  return right / digits.count;
}

/** Pictures `[count, 784]` and one-hot labels `[count, 10]`; the caller disposes them. */
function batch({ images, labels }: Digits, indices: Int32Array): [images: tf.Tensor2D, labels: tf.Tensor2D] {
  const x = new Float32Array(indices.length * 784);
  const y = new Float32Array(indices.length * 10);
  for (const [i, index] of indices.entries()) {
    x.set(images.subarray(index * 784, (index + 1) * 784), i * 784);
    y[i * 10 + labels[index]] = 1;
  }
  return [tf.tensor2d(x, [indices.length, 784]), tf.tensor2d(y, [indices.length, 10])];
}
