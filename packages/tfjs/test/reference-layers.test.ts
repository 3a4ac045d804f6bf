import { inputOutput } from '@gcompress/blocks';
import { kMeans } from '@gcompress/kmeans';
import { lowRank } from '@gcompress/lowrank';
import { linearAlpha } from '@gcompress/scheduler';
import * as tf from '@tensorflow/tfjs';
import { beforeAll, expect, it } from 'vitest';
import { compressModel, registerCompressedLayers, stripCompression } from '../src/layers/index.ts';
import { useTestBackend } from './backend.ts';
import { loadArtifacts, savedArtifacts } from './networks.ts';

/* The tests of the reference for its layers. */

beforeAll(useTestBackend);

const dense = (inputs: number, units: number) =>
  tf.sequential({ layers: [tf.layers.dense({ inputShape: [inputs], units, name: 'fc' })] });
const outputShape = (model: tf.LayersModel, inputs: number, count: number) =>
  tf.tidy(() => (model.predict(tf.zeros([count, inputs])) as tf.Tensor).shape);
const atOnce = linearAlpha({ begin: 0, end: 0, frequency: 1 });

it('CompressedDense with blocks of 16 inputs and factor 4 has the output of Dense', () => {
  const source = dense(48, 20);
  const method = inputOutput({ input: { block: 16, factor: 4 } });
  const { model } = compressModel(source, { method, schedule: atOnce, minWeights: 1 });
  expect(outputShape(model, 48, 10)).toEqual([10, 20]);
  model.dispose();
  source.dispose();
});

it('CompressedConv2D has the output of Conv2D', async () => {
  const source = tf.sequential({
    layers: [
      tf.layers.conv2d({ inputShape: [4, 10, 10], filters: 20, kernelSize: 3, activation: 'relu', name: 'conv' }),
    ],
  });
  const { model } = compressModel(source, { method: lowRank({ rank: 5 }), schedule: atOnce, minWeights: 1 });
  const shape = tf.tidy(() => (model.predict(tf.zeros([10, 4, 10, 10])) as tf.Tensor).shape);
  expect(shape).toEqual([10, 2, 8, 20]);
  model.dispose();
  source.dispose();
});

it('a stripped layer of the fork infers without kernel and A, and does not train', async () => {
  registerCompressedLayers([kMeans]);
  const source = dense(5, 10);
  const { model, callback } = compressModel(source, {
    method: kMeans({ levels: 4 }),
    schedule: atOnce,
    minWeights: 1,
  });
  const optimizer = tf.train.sgd(0.1);
  model.compile({ optimizer, loss: 'meanSquaredError' });
  const [x, y] = [tf.zeros([1, 5]), tf.zeros([1, 10])];
  await model.fit(x, y, { epochs: 1, verbose: 0, callbacks: callback });
  const stripped = await loadArtifacts(await savedArtifacts(stripCompression(model)));
  expect(outputShape(stripped, 5, 1)).toEqual([1, 10]);
  expect(stripped.weights.every(({ shape }) => !(shape[0] === 5 && shape[1] === 10))).toBe(true);
  expect(stripped.trainableWeights).toEqual([]);
  for (const each of [source, model, stripped]) each.dispose();
  optimizer.dispose();
  tf.dispose([x, y]);
});
