// The network in TensorFlow.js, and its weights as a stored network.
import type { Digits } from '@gcompress/example-datasets';
import * as tf from '@tensorflow/tfjs-core';
import { initializers, type LayersModel, layers, type Sequential, sequential } from '@tensorflow/tfjs-layers';
import { LAYERS, type LayerName, PIXELS } from '../network/architecture.ts';
import { uncompressed } from '../network/dense-format.ts';
import type { StoredNetwork } from '../network/stored-network.ts';

/** The network with seeded weights, ready to train. */
export function denseNetwork(seed: number): Sequential {
  const model = sequential({
    layers: LAYERS.map(({ name, shape: [inputs, units] }, i) =>
      layers.dense({
        name,
        units,
        activation: i === LAYERS.length - 1 ? 'softmax' : 'relu',
        kernelInitializer: initializers.glorotUniform({ seed: seed * LAYERS.length + i }),
        ...(i === 0 && { inputShape: [inputs] }),
      }),
    ),
  });
  compile(model);
  return model;
}

/** Of Adam at the first step, for the dense network: the best of 1e-3, 2e-3 and 3e-3 on 6,000 digits of MNIST that the page does not have. */
export const LEARNING_RATE = 3e-3;

/** Makes a model ready to train. */
export function compile(model: LayersModel, learningRate = LEARNING_RATE): void {
  model.compile({ optimizer: tf.train.adam(learningRate), loss: 'categoricalCrossentropy' });
}

/** Frees a model and its optimizer, which would outlive it. */
export function disposeNetwork(model: LayersModel | undefined): void {
  model?.optimizer?.dispose();
  model?.dispose();
}

/** Pictures `[count, 784]` and one-hot labels `[count, 10]`; the caller disposes them. */
export function batch({ images, labels }: Digits, order: Int32Array): { xs: tf.Tensor2D; ys: tf.Tensor2D } {
  const xs = new Float32Array(order.length * PIXELS);
  const ys = new Float32Array(order.length * 10);
  order.forEach((index, i) => {
    xs.set(images.subarray(index * PIXELS, (index + 1) * PIXELS), i * PIXELS);
    ys[i * 10 + labels[index]] = 1;
  });
  return { xs: tf.tensor2d(xs, [order.length, PIXELS]), ys: tf.tensor2d(ys, [order.length, 10]) };
}

/** The most probable digit of each picture. */
export function readings(model: LayersModel, images: Float32Array): Uint8Array {
  return tf.tidy(() => {
    const probabilities = model.predict(tf.tensor2d(images, [images.length / PIXELS, PIXELS])) as tf.Tensor;
    return Uint8Array.from(tf.argMax(probabilities, 1).dataSync());
  });
}

/** Probabilities of the ten digits for one picture. */
export function probabilities(model: LayersModel, pixels: Float32Array): Float32Array {
  return tf.tidy(() => (model.predict(tf.tensor2d(pixels, [1, PIXELS])) as tf.Tensor).dataSync<'float32'>().slice());
}

/** Part of the readings that are right. */
export function accuracy(read: Uint8Array, labels: Uint8Array): number {
  return read.reduce((right, digit, i) => right + (digit === labels[i] ? 1 : 0), 0) / read.length;
}

/** The most probable digits by a network of a file, whose matrices are decompressed to do many pictures at once. */
export function storedReadings(network: StoredNetwork, images: Float32Array): Uint8Array {
  return tf.tidy(() => {
    let values: tf.Tensor2D = tf.tensor2d(images, [images.length / PIXELS, PIXELS]);
    for (const [i, { name, shape }] of LAYERS.entries()) {
      const { weights, bias } = network[name];
      const product = tf.matMul(values, tf.tensor2d(weights.decompress().data, [...shape]));
      const sums = tf.add<tf.Tensor2D>(product, tf.tensor1d(bias));
      values = i === LAYERS.length - 1 ? sums : tf.relu(sums);
    }
    return Uint8Array.from(tf.argMax(values, 1).dataSync());
  });
}

/** The weights and biases of a model whose layers are stock Dense layers. */
export function uncompressedNetwork(model: LayersModel): StoredNetwork {
  const entries = LAYERS.map(
    ({ name }) => [name, { weights: kernelOf(model, name), bias: biasOf(model, name) }] as const,
  );
  return Object.fromEntries(entries) as Record<LayerName, StoredNetwork[LayerName]>;
}

/** The kernel of a layer as it is. */
export function kernelOf(model: LayersModel, name: LayerName) {
  const [kernel] = model.getLayer(name).weights;
  const [rows, cols] = kernel.shape as [number, number];
  return uncompressed({ shape: [rows, cols], data: kernel.read().dataSync<'float32'>().slice() });
}

/** The bias of a layer. */
export function biasOf(model: LayersModel, name: LayerName): Float32Array {
  return model.getLayer(name).weights[1].read().dataSync<'float32'>().slice();
}
