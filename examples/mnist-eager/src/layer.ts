// What all layers of this example have in common.
import type * as tf from '@tensorflow/tfjs';

/** A layer in plain variables. */
export interface Layer {
  /** What an optimizer may change. */
  readonly trainable: readonly tf.Variable[];
  /** Number of values without compression, and of values that remain at the end. */
  readonly values: { readonly dense: number; readonly compressed: number };
  /** The output for a batch; `training` tells operators that gradients are wanted. */
  call(x: tf.Tensor, training: boolean): tf.Tensor;
  dispose(): void;
}

/** What a layer applies to its output. */
export type Activation = (x: tf.Tensor) => tf.Tensor;

export const linear: Activation = (x) => x;
