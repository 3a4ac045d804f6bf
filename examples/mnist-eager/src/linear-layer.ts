// A dense layer whose matrix is compressed by an operator.
import { elementCount } from '@gcompress/core';
import type { ApplyCompression } from '@gcompress/graph-compression';
import * as tf from '@tensorflow/tfjs';
import type { Activation, Layer } from './layer.ts';

/** What a {@link compressedLinear} is made of. */
export interface LinearOptions {
  /** Unique: it names the operator. */
  readonly name: string;
  readonly inputs: number;
  readonly units: number;
  readonly activation: Activation;
  readonly seed: number;
}

/**
 * A layer whose weights W are replaced by `α·W + (1−α)·Ŵ`, where the schedule of the compression lets α fall to 0.
 *
 * Porting note: `CompressedLinearLayer` of 2020 with its `CompressionOpEager`. Later versions of it fail, because the operator was
 * removed. Here the loop calls `compression.runUpdateStep` once for all layers, where Python calls `run_alpha_update` of each.
 */
export function compressedLinear(
  compression: ApplyCompression,
  { name, inputs, units, activation, seed }: LinearOptions,
): Layer {
  const normal = (shape: number[], part: number) =>
    tf.tidy(() => tf.variable(tf.randomNormal(shape, 0, 0.05, 'float32', seed * 2 + part)));
  const weights = normal([inputs, units], 1);
  const bias = normal([units], 2);
  const op = compression.applyCompression(weights, { name });
  const factors = Object.values(op.variables.factors);
  return {
    trainable: [...op.trainableVariables, bias],
    values: {
      dense: weights.size + units,
      compressed: factors.reduce((sum, factor) => sum + elementCount(factor.shape), units),
    },
    call: (x, training) => activation(op.applyMatMul(x, { training }).add(bias)),
    dispose() {
      op.dispose();
      tf.dispose([weights, bias]);
    },
  };
}
