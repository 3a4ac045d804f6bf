// A dense layer that consists of factors from its first step on.
import { type MatrixCompressor, matrix } from '@gcompress/core';
import { tfOps } from '@gcompress/tfjs';
import * as tf from '@tensorflow/tfjs';
import type { Activation, Layer } from './layer.ts';

/**
 * A layer that has only factors, from the first step on: there is no matrix and no α. The format of a method computes with any tensor
 * operations, so that its factors train like other variables.
 *
 * @param compressor one whose factors do not depend on the matrix, such as `inputOutput({ …, start: 'random' })`.
 * @throws GCompressError what the compressor's plan throws for `[inputs, units]`.
 *
 * Porting note: `CompressedDense` with `InputOutputCompressionOp`, which also makes a kernel that nothing reads.
 */
export async function compressedDense(
  compressor: MatrixCompressor,
  [inputs, units]: readonly [number, number],
  activation: Activation,
): Promise<Layer> {
  const zeros = matrix([inputs, units], new Float32Array(inputs * units));
  const { factors: start, shape, config, format } = await compressor.compress(zeros);
  const factors: Record<string, tf.Variable> = {};
  for (const [name, factor] of Object.entries(start)) {
    factors[name] = tf.tidy(() => tf.variable(tf.tensor(factor.data, [...factor.shape])));
  }
  const bias = tf.tidy(() => tf.variable(tf.zeros([units])));
  const form = { shape, config };
  const product = (x: tf.Tensor) =>
    format.multiply?.<tf.Tensor>(tfOps, x, factors, form) ??
    tf.matMul(x, format.reconstruct<tf.Tensor>(tfOps, factors, form));
  const trainable = [...Object.values(factors), bias];
  return {
    trainable,
    values: { dense: inputs * units + units, compressed: trainable.reduce((sum, { size }) => sum + size, 0) },
    call: (x) => activation(product(x).add(bias)),
    dispose: () => tf.dispose(trainable),
  };
}

/** A layer that nothing compresses. */
export function dense([inputs, units]: readonly [number, number], activation: Activation, seed: number): Layer {
  const limit = Math.sqrt(6 / (inputs + units));
  const weights = tf.tidy(() => tf.variable(tf.randomUniform([inputs, units], -limit, limit, 'float32', seed)));
  const bias = tf.tidy(() => tf.variable(tf.zeros([units])));
  const size = weights.size + units;
  return {
    trainable: [weights, bias],
    values: { dense: size, compressed: size },
    call: (x) => activation(tf.matMul(x, weights).add(bias)),
    dispose: () => tf.dispose([weights, bias]),
  };
}
