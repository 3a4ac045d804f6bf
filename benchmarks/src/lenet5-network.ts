// LeNet-5 in plain variables, with the shapes of its layers.
import { createRandom, type Shape2D } from '@gcompress/core';
import * as tf from '@tensorflow/tfjs';

/** The layers with weights, in order: each matrix `[inputs, outputs]`, and the shape of its variable where that is another. */
export const LAYERS = {
  conv1: { matrix: [25, 20], kernel: [5, 5, 1, 20] },
  conv2: { matrix: [500, 50], kernel: [5, 5, 20, 50] },
  fc1: { matrix: [800, 500], kernel: [800, 500] },
  fc2: { matrix: [500, 10], kernel: [500, 10] },
} as const satisfies Record<string, { readonly matrix: Shape2D; readonly kernel: readonly number[] }>;

export type LayerName = keyof typeof LAYERS;

/** Names of the layers with weights, in order. */
export const LAYER_NAMES = Object.keys(LAYERS) as LayerName[];

/** One kernel a layer, as tensors or variables. */
export type Kernels = Readonly<Record<LayerName, tf.Tensor>>;

/** The variables of a network. */
export interface Weights {
  readonly kernels: Readonly<Record<LayerName, tf.Variable>>;
  readonly biases: Readonly<Record<LayerName, tf.Variable>>;
}

/** Fresh weights: normal with variance 2 / inputs (He et al., 2015), biases zero. */
export function initialWeights(seed: number): Weights {
  const random = createRandom(seed);
  const made = <T>(make: (name: LayerName) => T) =>
    Object.fromEntries(LAYER_NAMES.map((name) => [name, make(name)])) as Record<LayerName, T>;
  return {
    kernels: made((name) => {
      const { kernel, matrix } = LAYERS[name];
      const scale = Math.sqrt(2 / matrix[0]);
      const values = Float32Array.from({ length: matrix[0] * matrix[1] }, () => scale * random.normal());
      return tf.tidy(() => tf.variable(tf.tensor(values, [...kernel])));
    }),
    biases: made((name) => tf.tidy(() => tf.variable(tf.zeros([LAYERS[name].matrix[1]])))),
  };
}

/** A copy with variables of its own. */
export function copyOf({ kernels, biases }: Weights): Weights {
  const copied = (variables: Weights['biases']) =>
    Object.fromEntries(
      LAYER_NAMES.map((name) => [name, tf.tidy(() => tf.variable(variables[name].clone()))]),
    ) as Record<LayerName, tf.Variable>;
  return { kernels: copied(kernels), biases: copied(biases) };
}

/**
 * LeNet-5 as Caffe has it and Deep Compression (Han, Mao and Dally, 2016) took it: 5 × 5 convolutions with 20 and 50 outputs, each
 * halved by maxima, and Dense layers of 500 and 10; 430,500 weights and 580 biases.
 *
 * @param images `[b, 28, 28, 1]`.
 * @returns logits `[b, 10]`.
 */
export function logits(images: tf.Tensor4D, kernels: Kernels, biases: Weights['biases']): tf.Tensor2D {
  const convolved = (x: tf.Tensor4D, name: 'conv1' | 'conv2') =>
    tf.maxPool(
      tf.add(tf.conv2d(x, kernels[name] as tf.Tensor4D, 1, 'valid'), biases[name]),
      2,
      2,
      'valid',
    ) as tf.Tensor4D;
  const features = tf.reshape(convolved(convolved(images, 'conv1'), 'conv2'), [-1, 800]);
  const hidden = tf.relu(tf.add(tf.matMul(features, kernels.fc1), biases.fc1));
  return tf.add(tf.matMul(hidden, kernels.fc2), biases.fc2);
}
