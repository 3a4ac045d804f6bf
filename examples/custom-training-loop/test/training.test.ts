import { createFormatRegistry, deserialize, serialize } from '@gcompress/core';
import { mnist } from '@gcompress/example-datasets';
import { lowRank } from '@gcompress/lowrank';
import { linearAlpha } from '@gcompress/scheduler';
import { compressedLayers, compressModel } from '@gcompress/tfjs/layers';
import * as tf from '@tensorflow/tfjs';
import { beforeAll, expect, it } from 'vitest';
import { createNetwork, train } from '../src/training.ts';

const digits = mnist('train', 240);
const common = { batchSize: 40, epochs: 4 };
const compressor = lowRank({ ratio: 3 });
const schedule = linearAlpha({ begin: 6, end: 18, frequency: 3 });

beforeAll(async () => {
  await tf.setBackend('cpu');
});

/** The same training as `train`, by the layers API. */
async function trainLayers() {
  const [first, second, last] = createNetwork([784, 24, 16, 10]);
  const dense = tf.sequential({
    layers: [
      tf.layers.dense({ inputShape: [784], units: 24, activation: 'relu' }),
      tf.layers.dense({ units: 16, activation: 'relu' }),
      tf.layers.dense({ units: 10 }),
    ],
  });
  dense.setWeights([first, second, last].flatMap(({ weights, bias }) => [weights, bias]));
  const { model, callback } = compressModel(dense, { method: compressor, schedule, minWeights: 200 });
  model.compile({
    optimizer: tf.train.adam(),
    loss: (labels, logits) => tf.losses.softmaxCrossEntropy(labels, logits),
  });
  const losses: number[] = [];
  const x = tf.tensor2d(digits.images, [digits.count, 784]);
  const y = tf.oneHot(tf.tensor1d(digits.labels, 'int32'), 10).toFloat();
  const record = new tf.CustomCallback({ onBatchEnd: (_, logs) => void losses.push(logs?.loss ?? Number.NaN) });
  await model.fit(x, y, { ...common, shuffle: false, verbose: 0, callbacks: [callback, record] });
  return {
    losses,
    factors: compressedLayers(model).flatMap(({ ops }) => ops.map((op) => op.toCompressedMatrixSync().factors)),
  };
}

it('is the training that the layers API does, loss by loss and factor by factor', async () => {
  const losses: number[] = [];
  const alphas: number[] = [];
  const { matrices, accuracy } = await train({
    ...common,
    network: createNetwork([784, 24, 16, 10]),
    digits,
    compressor,
    schedule,
    onStep: (_, loss, alpha) => {
      losses.push(loss);
      alphas.push(alpha);
    },
  });
  expect(alphas.map((alpha) => Number(alpha.toFixed(2)))).toEqual([
    ...Array(6).fill(1),
    ...[0.8, 0.8, 0.8, 0.6, 0.6, 0.6, 0.4, 0.4, 0.4, 0.2, 0.2, 0.2],
    ...Array(6).fill(0),
  ]);
  expect(losses[23]).toBeLessThan(losses[0]);
  expect(accuracy(digits)).toBeGreaterThan(0.2);

  const layers = await trainLayers();
  expect(losses).toEqual(layers.losses);
  expect([matrices.wide.factors, matrices.narrow.factors]).toEqual(layers.factors);

  const read = await deserialize(serialize(matrices), createFormatRegistry([lowRank]));
  expect(read.wide.decompress()).toEqual(matrices.wide.decompress());
});
