// Every optimizer and loss of TensorFlow.js gives on wasm what it gives on cpu.
import * as tf from '@tensorflow/tfjs';
import { beforeAll, describe, expect, it } from 'vitest';
import { normal, startBackends } from '../both-backends.ts';
import { losses, optimizers, outputs } from './training-cases.ts';

beforeAll(startBackends);

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

  it('are all that tf.train has', () => {
    const made = Object.keys(optimizers).map((name) => name.split(',', 1)[0]);
    expect([...new Set(made)].sort()).toEqual(Object.keys(tf.train).sort());
  });
});

describe('losses on wasm', () => {
  it.each(Object.entries(losses))('%s has the value and the gradient of cpu', (_, loss) => {
    const found = (backend: 'cpu' | 'wasm') => {
      void tf.setBackend(backend);
      return tf.tidy(() => {
        const total = (input: tf.Tensor): tf.Scalar => tf.sum(loss(input));
        return [loss(outputs()).dataSync(), tf.grad(total)(outputs()).dataSync()];
      });
    };
    const cpu = found('cpu');
    for (const [i, values] of found('wasm').entries()) expectClose(values, cpu[i]);
  });

  it('are all that tf.losses has', () => {
    const direct = Object.keys(losses).filter((name) => name.startsWith('tf.losses.'));
    expect(direct.sort()).toEqual(Object.keys(tf.losses).map((name) => `tf.losses.${name}`));
  });
});
