// The two networks of the example, and the settings of their compression.
import { network as lenet300 } from '@gcompress/example-mnist/network';
import type { ByteShares } from '@gcompress/tfjs';
import { uniform } from '@gcompress/uniform';
import * as tf from '@tensorflow/tfjs';

/** A network that is trained to a size. */
export interface Network {
  /** A new network with seeded weights. */
  build(seed: number): tf.LayersModel;
  /** Shape of one image as the network takes it. */
  readonly imageShape: readonly number[];
  /** Bytes of the whole file, for which the example has results. */
  readonly bytes: readonly number[];
  /** Epochs of the dense network, and of its compression. */
  readonly denseEpochs: number;
  readonly epochs: number;
  /** Pixels by which training images are shifted at most, anew in each epoch: of the dense network as well. */
  readonly shift: number;
  /** How the bytes are divided among the matrices, by the names of their weights. */
  readonly shares: ByteShares;
}

/** Names of the networks. */
export const NETWORK_NAMES = ['lenet-300-100', 'lenet-5'] as const;
export type NetworkName = (typeof NETWORK_NAMES)[number];

/** The networks by name. */
export const NETWORKS: Readonly<Record<NetworkName, Network>> = {
  'lenet-300-100': {
    build: lenet300,
    imageShape: [784],
    bytes: [13_300, 10_600, 5900],
    denseEpochs: 12,
    epochs: 40,
    shift: 0,
    shares: { 'fc1/kernel': 0.72, 'fc2/kernel': 0.23, 'out/kernel': 0.05 },
  },
  'lenet-5': {
    build: lenet5,
    imageShape: [28, 28, 1],
    bytes: [17_200, 8600, 5700],
    denseEpochs: 7,
    epochs: 10,
    shift: 1,
    // Of two divisions that were tried, the one with the lower error on the validation images
    shares: { 'conv1/kernel': 0.05, 'conv2/kernel': 0.32, 'fc1/kernel': 0.51, 'out/kernel': 0.12 },
  },
};

/**
 * The method: uniform levels, whose price of a bit follows the size that is asked for; `lambda` is near those that the sizes above lead to.
 * Entries go to the nearest level: rounding that heeds bits, which takes away entries with few others in their rows and columns, had larger errors
 * on validation images in trials with LeNet-300-100.
 */
export const METHOD = uniform({ lambda: 3e-3, rateWeight: 0 });

/**
 * LeNet-5 as Caffe has it and Deep Compression (Han, Mao and Dally, 2016) took it: 5 × 5 convolutions with 20 and 50 outputs, each halved by
 * maxima, and Dense layers of 500 and 10; 430,500 weights and 580 biases.
 */
function lenet5(seed: number): tf.LayersModel {
  const kernelInitializer = (layer: number) => tf.initializers.heNormal({ seed: seed * 10 + layer });
  const convolution = (name: string, filters: number, layer: number, shape?: [number, number, number]) =>
    tf.layers.conv2d({
      name,
      filters,
      kernelSize: 5,
      kernelInitializer: kernelInitializer(layer),
      ...(shape && { inputShape: shape }),
    });
  return tf.sequential({
    layers: [
      convolution('conv1', 20, 1, [28, 28, 1]),
      tf.layers.maxPooling2d({ poolSize: 2, name: 'pool1' }),
      convolution('conv2', 50, 2),
      tf.layers.maxPooling2d({ poolSize: 2, name: 'pool2' }),
      tf.layers.flatten({ name: 'flat' }),
      tf.layers.dense({ units: 500, activation: 'relu', name: 'fc1', kernelInitializer: kernelInitializer(3) }),
      tf.layers.dense({ units: 10, activation: 'softmax', name: 'out', kernelInitializer: kernelInitializer(4) }),
    ],
  });
}
