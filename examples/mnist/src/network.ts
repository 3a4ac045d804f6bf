// The network, and digits as its tensors.
import { createRandom } from '@gcompress/core';
import type { Digits } from '@gcompress/example-datasets';
import * as tf from '@tensorflow/tfjs';

/** The 784-300-100-10 network of LeCun et al. (1998), with seeded weights; or with fewer units in the first layer. */
export function network(seed: number, units = 300): tf.Sequential {
  const kernelInitializer = (layer: number) => tf.initializers.glorotUniform({ seed: seed * 10 + layer });
  return tf.sequential({
    layers: [
      tf.layers.dense({
        inputShape: [784],
        units,
        activation: 'relu',
        name: 'fc1',
        kernelInitializer: kernelInitializer(1),
      }),
      tf.layers.dense({ units: 100, activation: 'relu', name: 'fc2', kernelInitializer: kernelInitializer(2) }),
      tf.layers.dense({ units: 10, activation: 'softmax', name: 'out', kernelInitializer: kernelInitializer(3) }),
    ],
  });
}

/** The first learning rate of a dense network. */
export const LEARNING_RATE = 1e-3;

/** Makes a model ready to train or to evaluate. */
export function compile(model: tf.LayersModel): void {
  model.compile({ optimizer: tf.train.adam(LEARNING_RATE), loss: 'categoricalCrossentropy', metrics: ['accuracy'] });
}

/** Pictures `[count, 784]` and one-hot labels `[count, 10]`, in the given order. */
export function tensors(digits: Digits, order: ArrayLike<number>): { xs: tf.Tensor2D; ys: tf.Tensor2D } {
  const xs = new Float32Array(order.length * 784);
  const ys = new Float32Array(order.length * 10);
  for (let i = 0; i < order.length; i++) {
    xs.set(digits.images.subarray(order[i] * 784, (order[i] + 1) * 784), i * 784);
    ys[i * 10 + digits.labels[order[i]]] = 1;
  }
  return { xs: tf.tensor2d(xs, [order.length, 784]), ys: tf.tensor2d(ys, [order.length, 10]) };
}

/** The order of the pictures in an epoch: the same for the same seed, where tfjs would shuffle differently every time. */
export function epochOrder(count: number, seed: number, epoch: number): Int32Array {
  return createRandom(seed * 1000 + epoch).shuffle(Int32Array.from({ length: count }, (_, i) => i));
}
