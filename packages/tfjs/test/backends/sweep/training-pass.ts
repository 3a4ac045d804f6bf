// One pass of a layer as training makes it: its output, and the gradients of its inputs and weights.
import * as tf from '@tensorflow/tfjs';
import { normal } from '../both-backends.ts';
import type { LayerCase } from './layer-cases.ts';

export type Outcome = Record<string, Float32Array>;

/** A layer with weights that are the same on every backend, ready to run; call it in a `tf.tidy`. */
export function prepare({ make, inputs }: Pick<LayerCase, 'make' | 'inputs'>) {
  const layer = make();
  const given = inputs();
  const apply = (tensors: tf.Tensor[]) =>
    layer.apply(tensors.length === 1 ? tensors[0] : tensors, { training: true }) as tf.Tensor;
  // Called, not built: a recurrent layer builds its cell again at its first call after build()
  const dy = normal(apply(given).shape, 99);
  layer.setWeights(layer.getWeights().map((weight, i) => tf.mul(normal(weight.shape, i + 2), 0.5)));
  const output = () => apply(given);
  const loss = (tensors: tf.Tensor[]): tf.Scalar => tf.sum(tf.mul(apply(tensors), dy));
  const weights = layer.trainableWeights.map((weight) => weight.read() as tf.Variable);

  const byInputs = given.every((input) => input.dtype === 'float32');

  /** Gradients of the inputs, unless they are indices, and of the weights. */
  const gradients = (): Record<string, tf.Tensor> => {
    const found: Record<string, tf.Tensor> = {};
    if (byInputs) {
      const byInput = tf.grads((...tensors: tf.Tensor[]) => loss(tensors))(given);
      for (const [i, gradient] of byInput.entries()) found[`input ${i}`] = gradient;
    }
    if (weights.length === 0) return found;
    const { grads } = tf.variableGrads(() => loss(given), weights);
    for (const [i, weight] of weights.entries()) found[`weight ${i}`] = grads[weight.name];
    return found;
  };
  /** How often the output is computed for the gradients. */
  const passes = (byInputs ? 1 : 0) + (weights.length > 0 ? 1 : 0);
  return { output, gradients, passes };
}

/** The values of the pass on this backend. */
export function outcome(backend: 'cpu' | 'wasm', layerCase: Pick<LayerCase, 'make' | 'inputs'>): Outcome {
  void tf.setBackend(backend);
  return tf.tidy(() => {
    const { output, gradients } = prepare(layerCase);
    const tensors = Object.entries({ output: output(), ...gradients() });
    return Object.fromEntries(tensors.map(([name, tensor]) => [name, tensor.dataSync<'float32'>()]));
  });
}

/** The values of its output alone. */
export function outputOf(backend: 'cpu' | 'wasm', layerCase: Pick<LayerCase, 'make' | 'inputs'>): Float32Array {
  void tf.setBackend(backend);
  return tf.tidy(() => prepare(layerCase).output().dataSync<'float32'>());
}
