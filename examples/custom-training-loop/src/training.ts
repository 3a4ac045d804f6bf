// The network in plain variables, and its training step.
import type { CompressedMatrix, MatrixCompressor } from '@gcompress/core';
import type { Digits } from '@gcompress/example-datasets';
import type { CompressionSchedule } from '@gcompress/scheduler';
import { TfCompressionOp } from '@gcompress/tfjs';
import * as tf from '@tensorflow/tfjs';

/** One layer in plain variables: weights `[m, n]` and bias `[n]`. */
export interface Layer {
  readonly weights: tf.Variable;
  readonly bias: tf.Variable;
}

/** Layers with seeded weights from sizes such as 784, 128, 64, 10. */
export function createNetwork([inputs, ...sizes]: readonly number[]): Layer[] {
  return sizes.map((outputs, i) => {
    const rows = i === 0 ? inputs : sizes[i - 1];
    const limit = Math.sqrt(6 / (rows + outputs));
    return {
      weights: tf.variable(tf.randomUniform([rows, outputs], -limit, limit, 'float32', i + 1)),
      bias: tf.variable(tf.zeros([outputs])),
    };
  });
}

/** What {@link train} needs. */
export interface TrainingOptions {
  /** Three layers. */
  readonly network: readonly Layer[];
  /** Their number must be a multiple of `batchSize`. */
  readonly digits: Digits;
  readonly batchSize: number;
  readonly epochs: number;
  readonly compressor: MatrixCompressor;
  readonly schedule: CompressionSchedule;
  readonly onStep?: (step: number, loss: number, alpha: number) => void;
}

/** A trained network whose first two matrices are products of factors. */
export interface TrainedNetwork {
  /** The compressed weights by name, ready for `serialize`. */
  readonly matrices: Readonly<Record<'wide' | 'narrow', CompressedMatrix>>;
  /** Part of the digits that it reads right. */
  accuracy(digits: Digits): number;
}

/** Trains a network in a loop of its own while the two larger matrices become factors. */
export async function train(options: TrainingOptions): Promise<TrainedNetwork> {
  const { network, digits, batchSize, epochs, compressor, schedule, onStep } = options;
  const [first, second, last] = network;

  // 1. An operator for each matrix that is to be compressed. It makes the factors as variables of its own.
  const wide = new TfCompressionOp(first.weights, { name: 'wide', compressor, schedule });
  const narrow = new TfCompressionOp(second.weights, { name: 'narrow', compressor, schedule });

  // 2. The network multiplies by the operator where it would multiply by the matrix.
  const logits = (x: tf.Tensor, training: boolean): tf.Tensor => {
    const a = tf.relu(wide.applyMatMul(x, { training }).add(first.bias));
    const b = tf.relu(narrow.applyMatMul(a, { training }).add(second.bias));
    return b.matMul(last.weights).add(last.bias);
  };

  // 3. The optimizer gets all variables from the first step on, the factors too: it knows them by their position.
  const optimizer = tf.train.adam();
  const biases = network.map(({ bias }) => bias);
  const variables = [...wide.trainableVariables, ...narrow.trainableVariables, last.weights, ...biases];

  // 4. After each step of the optimizer comes the update step. Steps are counted over all epochs.
  const batches = digits.count / batchSize;
  for (let step = 0; step < epochs * batches; step++) {
    const [x, y] = batch(digits, (step % batches) * batchSize, batchSize);
    const cost = optimizer.minimize(() => tf.losses.softmaxCrossEntropy(y, logits(x, true)), true, variables);
    const [loss] = await (cost as tf.Scalar).data();
    tf.dispose([x, y, cost as tf.Scalar]);
    await wide.runUpdateStep(step);
    await narrow.runUpdateStep(step);
    onStep?.(step, loss, wide.alpha);
  }
  optimizer.dispose();

  // 5. At alpha 0 the matrices contribute nothing any more: the factors are the network.
  return {
    matrices: { wide: await wide.toCompressedMatrix(), narrow: await narrow.toCompressedMatrix() },
    accuracy: (test) =>
      tf.tidy(() => {
        const [x, y] = batch(test, 0, test.count);
        return tf.metrics.categoricalAccuracy(y, logits(x, false)).mean().dataSync()[0];
      }),
  };
}

/** Pictures `[count, 784]` and one-hot labels `[count, 10]`; the caller disposes them. */
function batch({ images, labels }: Digits, begin: number, count: number): [x: tf.Tensor, y: tf.Tensor] {
  const x = tf.tensor2d(images.subarray(begin * 784, (begin + count) * 784), [count, 784]);
  const y = tf.tidy(() => tf.oneHot(tf.tensor1d(labels.subarray(begin, begin + count), 'int32'), 10).toFloat());
  return [x, y];
}
