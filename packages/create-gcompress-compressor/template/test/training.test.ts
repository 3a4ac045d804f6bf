// Trains a layer with the method.
import { linearAlpha } from '@gcompress/scheduler';
import { normalMatrix } from '@gcompress/testkit';
import { compressedLayers, compressModel, registerCompressedLayers, stripCompression } from '@gcompress/tfjs/layers';
import * as tf from '@tensorflow/tfjs-core';
import '@tensorflow/tfjs-backend-cpu';
import { layers, loadLayersModel, sequential } from '@tensorflow/tfjs-layers';
import { expect, it } from 'vitest';
import { myMethod } from '../src/index.ts';

it('trains in a model, which is saved without the matrix and loaded again', async () => {
  registerCompressedLayers([myMethod]);
  const dense = sequential({ layers: [layers.dense({ inputShape: [12], units: 16 }), layers.dense({ units: 4 })] });
  const schedule = linearAlpha({ begin: 4, end: 20, frequency: 4 });
  const { model, callback } = compressModel(dense, { method: myMethod({}), schedule, minWeights: 100 });
  model.compile({ optimizer: tf.train.adam(0.02), loss: 'meanSquaredError' });

  const inputs = tf.tensor2d(normalMatrix([64, 12], 3).data, [64, 12]);
  const targets = tf.slice(inputs, [0, 0], [64, 4]);
  const { history } = await model.fit(inputs, targets, { epochs: 12, batchSize: 16, verbose: 0, callbacks: callback });
  expect(compressedLayers(model).flatMap(({ ops }) => ops.map(({ alpha }) => alpha))).toEqual([0]);
  expect(history.loss.at(-1)).toBeLessThan(Number(history.loss[0]));

  const small = stripCompression(model);
  let saved: tf.io.ModelArtifacts = {};
  await small.save(
    tf.io.withSaveHandler(async (artifacts) => {
      saved = artifacts;
      return { modelArtifactsInfo: { dateSaved: new Date(0), modelTopologyType: 'JSON' } };
    }),
  );
  const loaded = await loadLayersModel(tf.io.fromMemory(saved));
  const predictions = (each: typeof loaded) => Array.from((each.predict(inputs) as tf.Tensor).dataSync());
  expect(predictions(loaded)).toEqual(predictions(small));
});
