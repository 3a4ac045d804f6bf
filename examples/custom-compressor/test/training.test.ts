import { createFormatRegistry, deserialize, serialize } from '@gcompress/core';
import { linearAlpha } from '@gcompress/scheduler';
import { normalMatrix } from '@gcompress/testkit';
import {
  compressedLayers,
  compressionCallback,
  compressModel,
  registerCompressedLayers,
  stripCompression,
} from '@gcompress/tfjs/layers';
import * as tf from '@tensorflow/tfjs';
import { beforeAll, expect, it } from 'vitest';
import { kronecker, kroneckerFormat } from '../src/index.ts';

const schedule = linearAlpha({ begin: 8, end: 40, frequency: 4 });
const layers = () => [
  tf.layers.dense({
    inputShape: [12],
    units: 16,
    activation: 'relu',
    kernelInitializer: tf.initializers.glorotUniform({ seed: 1 }),
  }),
  tf.layers.dense({ units: 4, activation: 'softmax', kernelInitializer: tf.initializers.glorotUniform({ seed: 2 }) }),
];

/** 64 inputs `[64, 12]` whose class is the largest of their first four entries. */
function examples() {
  const inputs = tf.tensor2d(normalMatrix([64, 12], 3).data, [64, 12]);
  return { inputs, labels: tf.oneHot(inputs.slice([0, 0], [-1, 4]).argMax(1).toInt(), 4).toFloat() };
}

beforeAll(async () => {
  await tf.setBackend('cpu');
  registerCompressedLayers([kronecker]);
});

it('trains in a model down to alpha 0, and resumes from a saved model', async () => {
  const { inputs, labels } = examples();
  const method = kronecker({ terms: 3 });
  const { model, callback, report } = compressModel(tf.sequential({ layers: layers() }), {
    method,
    schedule,
    minWeights: 100,
  });
  const train = async (trained: tf.LayersModel, callbacks: tf.Callback, epochs: number) => {
    trained.compile({ optimizer: tf.train.adam(0.02), loss: 'categoricalCrossentropy' });
    const { history } = await trained.fit(inputs, labels, {
      epochs,
      batchSize: 16,
      shuffle: false,
      verbose: 0,
      callbacks,
    });
    return history.loss as number[];
  };
  const [first] = await train(model, callback, 5);
  expect(report().compressed.map(({ method: name }) => name)).toEqual(['gcompress-kronecker/kronecker']);

  const loaded = await savedAndLoaded(model);
  const [op] = compressedLayers(loaded)[0].ops;
  expect(op.alpha).toBeGreaterThan(0);
  expect(op.alpha).toBeLessThan(1);
  const losses = await train(loaded, compressionCallback(loaded), 15);
  expect(op.alpha).toBe(0);
  expect(losses.at(-1)).toBeLessThan(first / 2);

  const small = stripCompression(loaded);
  const predictions = (each: tf.LayersModel) => Array.from((each.predict(inputs) as tf.Tensor).dataSync());
  const expected = predictions(loaded);
  for (const [at, prediction] of predictions(small).entries()) expect(prediction).toBeCloseTo(expected[at], 5);
  expect(predictions(await savedAndLoaded(small))).toEqual(predictions(small));
});

it('is read from a file by its format alone', async () => {
  const compressed = kronecker({ terms: 2 }).compress(normalMatrix([24, 16]));
  const { weights } = await deserialize(serialize({ weights: compressed }), createFormatRegistry([kroneckerFormat]));
  expect(weights.decompress()).toEqual(compressed.decompress());
});

/** The model as it comes back from what `save` writes. */
async function savedAndLoaded(model: tf.LayersModel): Promise<tf.LayersModel> {
  let saved: tf.io.ModelArtifacts = {};
  await model.save(
    tf.io.withSaveHandler(async (artifacts) => {
      saved = { ...artifacts, modelTopology: JSON.parse(JSON.stringify(artifacts.modelTopology)) };
      return { modelArtifactsInfo: { dateSaved: new Date(0), modelTopologyType: 'JSON' } };
    }),
  );
  return tf.loadLayersModel(tf.io.fromMemory(saved));
}
