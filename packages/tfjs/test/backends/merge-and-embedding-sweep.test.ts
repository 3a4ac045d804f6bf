import * as tf from '@tensorflow/tfjs';
import { beforeAll, describe, it } from 'vitest';
import { expectAgreement, normal, startBackends } from './both-backends.ts';

beforeAll(startBackends);

const merges: Record<string, () => tf.layers.Layer> = {
  add: () => tf.layers.add(),
  average: () => tf.layers.average(),
  concatenate: () => tf.layers.concatenate({ axis: 1 }),
  dot: () => tf.layers.dot({ axes: 1 }),
  maximum: () => tf.layers.maximum(),
  minimum: () => tf.layers.minimum(),
  multiply: () => tf.layers.multiply(),
};

describe('layers of several inputs on wasm', () => {
  it.each(Object.entries(merges))('%s gives the output and the gradients of cpu', (_, make) => {
    const [left, right] = [() => normal([3, 5], 1), () => normal([3, 5], 2)];
    const merge = (a: tf.Tensor, b: tf.Tensor) => make().apply([a, b]) as tf.Tensor;
    expectAgreement(() => merge(left(), right()));
    for (const which of [0, 1]) {
      expectAgreement(() => tf.grads((a, b) => tf.sum(tf.square(merge(a, b))))([left(), right()])[which]);
    }
  });
});

it('adds up the gradients of an embedding row that is read repeatedly', () => {
  const ids = () => tf.tensor2d([0, 3, 3, 1, 3, 0], [2, 3], 'int32');
  expectAgreement(() =>
    tf.grad((table) => tf.sum(tf.mul(tf.gather(table, ids()), normal([2, 3, 4], 5))))(normal([5, 4], 6)),
  );
});
