import * as tf from '@tensorflow/tfjs';
import { beforeAll, describe, expect, it } from 'vitest';
import { normal, startBackends } from './both-backends.ts';

beforeAll(startBackends);

/** Centered RMSProp is left out: tfjs 4.22.0 computes NaN with it here, on cpu and wasm alike. */
const optimizers: Record<string, () => tf.Optimizer> = {
  sgd: () => tf.train.sgd(0.1),
  momentum: () => tf.train.momentum(0.05, 0.9),
  nesterov: () => tf.train.momentum(0.05, 0.9, true),
  adagrad: () => tf.train.adagrad(0.1),
  adadelta: () => tf.train.adadelta(0.5),
  adam: () => tf.train.adam(0.05),
  adamax: () => tf.train.adamax(0.05),
  rmsprop: () => tf.train.rmsprop(0.01),
};

const target = [3, 4];
const labels = () => tf.oneHot(tf.tensor1d([0, 1, 3], 'int32'), 4).toFloat();
const signs = () => tf.sub(tf.mul(labels(), 2), 1);
const probabilities = (x: tf.Tensor) => tf.softmax(x);
/** Each from raw outputs `[3, 4]` to a loss. */
const losses: Record<string, (x: tf.Tensor) => tf.Tensor> = {
  meanSquaredError: (x) => tf.metrics.meanSquaredError(labels(), x),
  meanAbsoluteError: (x) => tf.metrics.meanAbsoluteError(labels(), x),
  meanAbsolutePercentageError: (x) => tf.metrics.meanAbsolutePercentageError(signs(), x),
  categoricalCrossentropy: (x) => tf.metrics.categoricalCrossentropy(labels(), probabilities(x)),
  binaryCrossentropy: (x) => tf.metrics.binaryCrossentropy(labels(), tf.sigmoid(x)),
  cosineProximity: (x) => tf.metrics.cosineProximity(labels(), x),
  'losses.softmaxCrossEntropy': (x) => tf.losses.softmaxCrossEntropy(labels(), x),
  'losses.sigmoidCrossEntropy': (x) => tf.losses.sigmoidCrossEntropy(labels(), x),
  'losses.hinge': (x) => tf.losses.hingeLoss(labels(), x),
  'losses.huber': (x) => tf.losses.huberLoss(labels(), x),
  'losses.log': (x) => tf.losses.logLoss(labels(), tf.sigmoid(x)),
  'losses.cosine': (x) => tf.losses.cosineDistance(labels(), x, 1),
  'losses.absoluteDifference': (x) => tf.losses.absoluteDifference(labels(), x),
};

function expectClose(wasm: ArrayLike<number>, cpu: ArrayLike<number>): void {
  expect(wasm.length).toBe(cpu.length);
  const differs = Array.from(cpu).findIndex(
    (value, i) => !(Math.abs(value - wasm[i]) <= 1e-4 * Math.max(1, Math.abs(value))),
  );
  expect(differs, `value ${differs} is ${wasm[differs]} on wasm, ${cpu[differs]} on cpu`).toBe(-1);
}

/** The weights after each of six steps of a small regression. */
function weightsAfterSteps(backend: 'cpu' | 'wasm', make: () => tf.Optimizer): Float32Array[] {
  void tf.setBackend(backend);
  const weight = tf.variable(normal([4, 3], 1));
  const optimizer = make();
  const steps = Array.from({ length: 6 }, () =>
    tf.tidy(() => {
      optimizer.minimize(() => {
        const error = tf.sub(tf.matMul(normal([5, 4], 2), weight as tf.Tensor2D), normal([5, 3], 3));
        return tf.mean(tf.square(error));
      });
      return weight.dataSync<'float32'>().slice();
    }),
  );
  optimizer.dispose();
  weight.dispose();
  return steps;
}

describe('optimizers on wasm', () => {
  it.each(Object.entries(optimizers))('%s goes the steps of cpu', (_, make) => {
    const cpu = weightsAfterSteps('cpu', make);
    for (const [i, step] of weightsAfterSteps('wasm', make).entries()) expectClose(step, cpu[i]);
    expect(cpu[5]).not.toEqual(cpu[0]);
  });
});

describe('losses on wasm', () => {
  it.each(Object.entries(losses))('%s has the value and the gradient of cpu', (_, loss) => {
    const found = (backend: 'cpu' | 'wasm') => {
      void tf.setBackend(backend);
      return tf.tidy(() => {
        const x = normal(target, 4);
        const total = (input: tf.Tensor): tf.Scalar => tf.sum(loss(input));
        return [loss(x).dataSync(), tf.grad(total)(x).dataSync()];
      });
    };
    const cpu = found('cpu');
    for (const [i, values] of found('wasm').entries()) expectClose(values, cpu[i]);
  });
});
