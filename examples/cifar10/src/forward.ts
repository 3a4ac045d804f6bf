// The network as a function of its weights.
import * as tf from '@tensorflow/tfjs';

/** The layers with weights, in their order. */
export const LAYER_NAMES = ['conv1', 'conv2', 'local3', 'local4', 'softmax_linear'] as const;
export type LayerName = (typeof LAYER_NAMES)[number];

/** The classes of CIFAR-10, MNIST and Fashion-MNIST. */
export const CLASSES = 10;

/** What the network computes with: variables while it trains, factors once it is stripped. */
export interface Weights {
  /** `x` times the weights of a layer, or convolved with them. */
  product(layer: LayerName, x: tf.Tensor): tf.Tensor;
  bias(layer: LayerName): tf.Tensor;
}

/** Is shown what a layer gives; keep the tensor to have it after the call. */
type SeeActivation = (layer: LayerName, activation: tf.Tensor) => void;

/**
 * The scores `[batch, 10]` of pictures `[batch, 24, 24, 3]`.
 *
 * Porting note: `cifar10.inference`. Here the first layer is pooled before its bias and activation, which gives the same values and
 * gradients for a quarter of the work, because neither changes which of the pooled values is the largest.
 */
export function forward(inputs: tf.Tensor4D, { product, bias }: Weights, seen?: SeeActivation): tf.Tensor2D {
  const active = (layer: LayerName, x: tf.Tensor) => {
    const activation = tf.relu(x.add(bias(layer)));
    seen?.(layer, activation);
    return activation;
  };
  return tf.tidy(() => {
    const conv1 = normalised(active('conv1', pooled(product('conv1', inputs))));
    const conv2 = pooled(normalised(active('conv2', product('conv2', conv1))));
    const local3 = active('local3', product('local3', conv2.reshape([inputs.shape[0], -1])));
    const local4 = active('local4', product('local4', local3));
    const scores = product('softmax_linear', local4).add(bias('softmax_linear')) as tf.Tensor2D;
    seen?.('softmax_linear', scores);
    return scores;
  });
}

function pooled(x: tf.Tensor): tf.Tensor {
  return tf.maxPool(x as tf.Tensor4D, 3, 2, 'same');
}

/** Divides each value by what its neighbours in other channels have (Krizhevsky et al., 2012). */
function normalised(x: tf.Tensor): tf.Tensor {
  return tf.localResponseNormalization(x as tf.Tensor4D, 4, 1, 0.001 / 9, 0.75);
}
