// The network in plain variables, with operators for its compressed layers.
import type { ApplyCompression } from '@gcompress/graph-compression';
import type { TfCompressionOp } from '@gcompress/tfjs';
import * as tf from '@tensorflow/tfjs';
import { forward, LAYER_NAMES, type LayerName, type Weights } from './forward.ts';

interface LayerStart {
  readonly shape: readonly number[];
  /** Deviation of the normal distribution that the weights are drawn from, truncated at two deviations. */
  readonly deviation: number;
  readonly bias: number;
  /** Weight decay: this times half of the sum of squares is added to the loss. */
  readonly decay?: number;
}

const STARTS: Readonly<Record<LayerName, LayerStart>> = {
  conv1: { shape: [5, 5, 3, 64], deviation: 0.05, bias: 0 },
  conv2: { shape: [5, 5, 64, 64], deviation: 0.05, bias: 0.1 },
  local3: { shape: [2304, 384], deviation: 0.04, bias: 0.1, decay: 0.004 },
  local4: { shape: [384, 192], deviation: 0.04, bias: 0.1, decay: 0.004 },
  softmax_linear: { shape: [192, 10], deviation: 1 / 192, bias: 0 },
};

/** The layers that are compressed. */
export const COMPRESSED = ['local3', 'local4'] as const satisfies readonly LayerName[];

/** The reference's network in plain variables. */
export interface Network {
  /** Everything that must survive a checkpoint, by name: what trains, and alpha and counters of the compressed layers. */
  readonly variables: ReadonlyMap<string, tf.Variable>;
  /** By layer; empty when nothing is compressed. */
  readonly operators: ReadonlyMap<LayerName, TfCompressionOp>;
  /** Scores `[batch, 10]` of pictures `[batch, 24, 24, 3]`. */
  logits(inputs: tf.Tensor4D, training: boolean): tf.Tensor2D;
  /** What each layer gives for pictures `[batch, 24, 24, 3]`; dispose it after use. */
  activations(inputs: tf.Tensor4D): tf.NamedTensorMap;
  /** Mean cross-entropy for one-hot labels `[batch, 10]`, and weight decay. */
  loss(inputs: tf.Tensor4D, labels: tf.Tensor2D): tf.Scalar;
  dispose(): void;
}

/**
 * A new network with seeded weights. Only one compressed network may live at a time, because its operators name their variables.
 *
 * Porting note: `cifar10_compression.inference`. Weight decay is on A alone, as there: once alpha is 0 it shrinks A, which has no
 * part in the network any more, and the factors have none.
 */
export function createNetwork(seed: number, compression?: ApplyCompression): Network {
  const variables = new Map<string, tf.Variable>();
  const operators = new Map<LayerName, TfCompressionOp>();
  for (const [index, name] of LAYER_NAMES.entries()) {
    const { shape, deviation, bias } = STARTS[name];
    const weights = tf.tidy(() =>
      // A seed of 0 would mean none
      tf.variable(tf.truncatedNormal([...shape], 0, deviation, 'float32', seed * 10 + index + 1)),
    );
    variables.set(`${name}/weights`, weights);
    variables.set(
      `${name}/biases`,
      tf.tidy(() => tf.variable(tf.fill([shape[shape.length - 1]], bias))),
    );
  }
  for (const name of compression ? COMPRESSED : []) {
    const op = compression?.applyCompression(variableOf(variables, `${name}/weights`), { name });
    if (!op) continue;
    operators.set(name, op);
    const { factors, alpha, state } = op.variables;
    for (const [key, variable] of Object.entries({ ...factors, alpha, state }))
      variables.set(`${name}/${key}`, variable);
  }

  const weightsFor = (training: boolean): Weights => ({
    product(name, x) {
      const op = operators.get(name);
      return op ? op.applyMatMul(x, { training }) : plainProduct(x, variableOf(variables, `${name}/weights`));
    },
    bias: (name) => variableOf(variables, `${name}/biases`),
  });

  return {
    variables,
    operators,
    logits: (inputs, training) => forward(inputs, weightsFor(training)),
    activations(inputs) {
      const activations: tf.NamedTensorMap = {};
      const scores = forward(inputs, weightsFor(false), (layer, activation) => {
        activations[layer] = tf.keep(activation.clone());
      });
      scores.dispose();
      return activations;
    },
    loss: (inputs, labels) =>
      tf.tidy(() => {
        const entropy = tf.losses.softmaxCrossEntropy(labels, forward(inputs, weightsFor(true)));
        const decays = LAYER_NAMES.flatMap((name) => {
          const { decay } = STARTS[name];
          return decay ? [tf.mul(decay / 2, variableOf(variables, `${name}/weights`).square().sum())] : [];
        });
        return tf.addN([entropy, ...decays]) as tf.Scalar;
      }),
    dispose() {
      for (const op of operators.values()) op.dispose();
      tf.dispose([...variables.values()]);
    },
  };
}

/** A layer's product that nothing compresses: of rank 4, its weights are a convolution. */
export function plainProduct(x: tf.Tensor, weights: tf.Tensor): tf.Tensor {
  if (weights.rank === 4) return tf.conv2d(x as tf.Tensor4D, weights as tf.Tensor4D, 1, 'same');
  return tf.matMul(x, weights);
}

/** Weight of the uncompressed matrices in the layer that has most of it; 1 when none is compressed. */
export function largestAlpha({ operators }: Network): number {
  return operators.size === 0 ? 1 : Math.max(...[...operators.values()].map((op) => op.alpha));
}

/** The variables that an optimizer changes, by name. */
export function trainableVariables({ variables }: Network): Map<string, tf.Variable> {
  return new Map([...variables].filter(([, variable]) => variable.trainable));
}

function variableOf(variables: ReadonlyMap<string, tf.Variable>, name: string): tf.Variable {
  const variable = variables.get(name);
  if (variable) return variable;
  throw new Error(`no variable '${name}'`);
}
