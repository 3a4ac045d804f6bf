// A convolution whose kernel is compressed by an operator.
import { GCompressError } from '@gcompress/core';
import * as tf from '@tensorflow/tfjs';
import type { Activation, Layer } from './layer.ts';

/** What a {@link compressedConv2d} is made of. */
export interface ConvOptions {
  readonly channels: number;
  readonly filters: number;
  /** Height and width of the window. */
  readonly window: number;
  /** How many times fewer filters are convolved. */
  readonly rank: number;
  readonly activation: Activation;
  readonly seed: number;
}

/**
 * A convolution with `filters / rank` filters, whose outputs a 1 × 1 convolution expands to all `filters`. That is a convolution whose
 * kernel `[window·window·channels, filters]` has the rank `filters / rank`, and is trained as such.
 *
 * @throws GCompressError `invalid-option` when `rank` does not divide `filters`.
 *
 * Porting note: `CompressedConv2D`, which applies bias and activation to the few filters and nothing after the expansion. Here they
 * come after it, as in the layer that is replaced.
 */
export function compressedConv2d({ channels, filters, window, rank, activation, seed }: ConvOptions): Layer {
  const few = filters / rank;
  if (!Number.isInteger(few)) {
    throw new GCompressError('invalid-option', {
      where: 'compressedConv2d rank',
      expected: `a divisor of ${filters} filters`,
      actual: `${rank}`,
    });
  }
  const area = window * window;
  const kernel = glorot([window, window, channels, few], area * channels + area * few, seed * 2 + 1);
  const expansion = glorot([1, 1, few, filters], few + filters, seed * 2 + 2);
  const bias = tf.tidy(() => tf.variable(tf.zeros([filters])));
  const trainable = [kernel, expansion, bias];
  return {
    trainable,
    values: {
      dense: area * channels * filters + filters,
      compressed: trainable.reduce((sum, { size }) => sum + size, 0),
    },
    call(x) {
      const narrow = tf.conv2d(x as tf.Tensor4D, kernel as tf.Tensor4D, 1, 'same');
      return activation(tf.conv2d(narrow, expansion as tf.Tensor4D, 1, 'same').add(bias));
    },
    dispose: () => tf.dispose(trainable),
  };
}

function glorot(shape: number[], fans: number, seed: number): tf.Variable {
  const limit = Math.sqrt(6 / fans);
  return tf.tidy(() => tf.variable(tf.randomUniform(shape, -limit, limit, 'float32', seed)));
}
