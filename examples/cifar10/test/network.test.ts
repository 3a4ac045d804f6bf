import { startBackend } from '@gcompress/example-program';
import * as tf from '@tensorflow/tfjs';
import { beforeAll, describe, expect, it } from 'vitest';
import { learningRate } from '../src/learning-rate.ts';
import { MovingAverages } from '../src/moving-averages.ts';
import { createNetwork, trainableVariables } from '../src/network.ts';

beforeAll(async () => {
  await startBackend('wasm');
});

const inputs = () => tf.randomNormal([2, 24, 24, 3], 0, 1, 'float32', 5) as tf.Tensor4D;
const labels = () => tf.tensor2d([...'0100000000', ...'0000001000'].map(Number), [2, 10]);

/** The layers in the order in which the reference has them. */
function reference(x: tf.Tensor4D, variables: ReadonlyMap<string, tf.Variable>): tf.Tensor {
  const of = (name: string) => variables.get(name) as tf.Variable;
  const conv = (input: tf.Tensor4D, name: string) =>
    tf.relu(tf.conv2d(input, of(`${name}/weights`) as tf.Tensor4D, 1, 'same').add(of(`${name}/biases`))) as tf.Tensor4D;
  const norm = (input: tf.Tensor4D) => tf.localResponseNormalization(input, 4, 1, 0.001 / 9, 0.75);
  const conv1 = norm(tf.maxPool(conv(x, 'conv1'), 3, 2, 'same'));
  const conv2 = tf.maxPool(norm(conv(conv1, 'conv2')), 3, 2, 'same');
  const dense = (input: tf.Tensor, name: string) => tf.matMul(input, of(`${name}/weights`)).add(of(`${name}/biases`));
  const local3 = tf.relu(dense(conv2.reshape([2, 2304]), 'local3'));
  return dense(tf.relu(dense(local3, 'local4')), 'softmax_linear');
}

describe('the network', () => {
  it('has the sizes and start values of the reference', () => {
    const network = createNetwork(1);
    const variables = [...network.variables.values()];
    expect(variables.reduce((sum, { size }) => sum + size, 0)).toBe(1_068_298);
    const bias = (name: string) => network.variables.get(`${name}/biases`)?.dataSync()[0];
    expect(['conv1', 'conv2', 'local3', 'local4', 'softmax_linear'].map(bias)).toEqual(
      [0, 0.1, 0.1, 0.1, 0].map(Math.fround),
    );
    const values = Array.from(network.variables.get('local4/weights')?.dataSync() ?? []);
    expect(Math.max(...values.map(Math.abs))).toBeLessThanOrEqual(0.08);
    // A normal distribution that is cut off at two deviations has 0.88 of its deviation
    expect(Math.sqrt(values.reduce((sum, value) => sum + value * value, 0) / values.length)).toBeCloseTo(0.0352, 3);
    network.dispose();
  });

  it('computes what the reference computes, gradients too, and leaks nothing', () => {
    const before = tf.memory().numTensors;
    const network = createNetwork(2);
    const variables = trainableVariables(network);
    tf.tidy(() => {
      const [x, y] = [inputs(), labels()];
      expect(Array.from(network.logits(x, false).dataSync())).toEqual(Array.from(reference(x, variables).dataSync()));
      const decay = () =>
        ['local3', 'local4'].map((name) =>
          tf.mul(0.002, (variables.get(`${name}/weights`) as tf.Variable).square().sum()),
        );
      const loss = () => tf.addN([tf.losses.softmaxCrossEntropy(y, reference(x, variables)), ...decay()]) as tf.Scalar;
      const expected = tf.variableGrads(loss, [...variables.values()]);
      const actual = tf.variableGrads(() => network.loss(x, y), [...variables.values()]);
      expect(actual.value.dataSync()[0]).toBeCloseTo(expected.value.dataSync()[0], 6);
      for (const [name, { name: key }] of variables) {
        const [a, b] = [actual.grads[key], expected.grads[key]];
        const error = tf.norm(tf.sub(a, b)).dataSync()[0] / tf.norm(b).dataSync()[0];
        expect(error, name).toBeLessThan(1e-5);
      }
    });
    network.dispose();
    expect(tf.memory().numTensors).toBe(before);
  });
});

describe('learningRate', () => {
  it('is a tenth after every 350 epochs', () => {
    // 50,000 / 128 · 350 = 136,718.75 steps
    expect([0, 136_717, 136_718, 273_435, 273_436].map((step) => learningRate(step, 50_000, 128))).toEqual(
      [0.1, 0.1, 0.01, 0.01, 0.001].map((rate) => expect.closeTo(rate, 12)),
    );
  });
});

describe('MovingAverages', () => {
  it('follow TensorFlow: the decay is (1 + step) / (10 + step) at first, and 0.9999 later', () => {
    const variable = tf.variable(tf.scalar(1));
    const averages = new MovingAverages(new Map([['v', variable]]));
    const average = () => averages.averages.get('v')?.dataSync()[0];
    variable.assign(tf.scalar(11));
    averages.update(0);
    expect(average()).toBeCloseTo(0.1 * 1 + 0.9 * 11, 5);
    averages.restart(['v', 'another']);
    expect(average()).toBe(11);
    variable.assign(tf.scalar(10_011));
    averages.update(1_000_000);
    expect(average()).toBeCloseTo(12, 2);
    averages.applyToVariables();
    expect(variable.dataSync()[0]).toBe(average());
    averages.dispose();
    variable.dispose();
  });
});
