import { stack } from '@gcompress/core';
import { dictLearn } from '@gcompress/dictlearn';
import { kMeans } from '@gcompress/kmeans';
import { lowRank } from '@gcompress/lowrank';
import { cosineAlpha, exponentialAlpha, linearAlpha, polynomialAlpha, stepwiseAlpha } from '@gcompress/scheduler';
import { simhash } from '@gcompress/simhash';
import * as tf from '@tensorflow/tfjs';
import { beforeAll, describe, expect, it } from 'vitest';
import {
  compressedLayers,
  compressionCallback,
  compressModel,
  registerCompressedLayers,
  stripCompression,
} from '../../src/layers/index.ts';
import { useTestBackend } from '../backend.ts';
import {
  classes,
  compile,
  loadArtifacts,
  predictionDifference,
  savedArtifacts,
  smallNetwork,
  train,
  weightValues,
} from '../networks.ts';

const coded = stack(lowRank, { b: kMeans, c: kMeans });

const methods = {
  'low rank': lowRank({ rank: 4 }),
  'k-means': kMeans({ bits: 3 }),
  'k-means of blocks, a codebook a column group': kMeans({ levels: 8, blockSize: 4, codebooks: { columns: 8 } }),
  simhash: simhash({ bits: 12 }),
  'simhash, scales trained': simhash({ bits: 12, trainableScales: true }),
  'dictionary, codes trained': dictLearn({ atoms: 8, nonzeros: 2, signalLength: 4, valueBits: 32 }),
  'dictionary of rows, quantized': dictLearn({ atoms: 6, nonzeros: 2, valueBits: 8 }),
  'low rank, coded': coded({ outer: { rank: 4 }, inner: { b: { bits: 4 }, c: { bits: 4 } } }),
};

const window = { begin: 2, end: 14, frequency: 2 };
const schedules = {
  linear: linearAlpha(window),
  cosine: cosineAlpha({ ...window, refactorEvery: 1 }),
  polynomial: polynomialAlpha({ ...window, power: 3 }),
  exponential: exponentialAlpha(window),
  stepwise: stepwiseAlpha({ steps: [2, 6, 10], values: [0.6, 0.2, 0] }),
};

beforeAll(async () => {
  await useTestBackend();
  registerCompressedLayers([lowRank, kMeans, simhash, dictLearn, coded]);
});

describe.each(Object.entries(methods))('%s', (_, method) => {
  it.each(Object.entries(schedules))('trains down to alpha 0 and on (%s)', async (_name, schedule) => {
    const data = classes();
    const { model, callback, report } = compressModel(smallNetwork(), { method, schedule, minWeights: 150 });
    compile(model);
    const losses = await train(model, data, 6, [callback]);
    expect(compressedLayers(model).flatMap(({ ops }) => ops.map((op) => op.alpha))).toEqual([0, 0]);
    expect(losses[5]).toBeLessThan(losses[0]);
    expect(report().compressed.every(({ relativeError }) => relativeError !== undefined && relativeError < 1)).toBe(
      true,
    );
  });

  it('resumes bit for bit, in the middle of the schedule', async () => {
    const data = classes();
    const options = { method, schedule: schedules.cosine, minWeights: 150 };
    const whole = compressModel(smallNetwork(), options);
    compile(whole.model);
    await train(whole.model, data, 5, [whole.callback]);

    const broken = compressModel(smallNetwork(), options);
    compile(broken.model);
    await train(broken.model, data, 2, [broken.callback]);
    const loaded = await loadArtifacts(await savedArtifacts(broken.model, true));
    await train(loaded, data, 3, [compressionCallback(loaded)]);
    expect(weightValues(loaded)).toEqual(weightValues(whole.model));
  });

  it('strips to a model that predicts the same, is smaller, and loads', async () => {
    const data = classes();
    const { model, callback } = compressModel(smallNetwork(), { method, schedule: schedules.linear, minWeights: 150 });
    compile(model);
    await train(model, data, 5, [callback]);
    const stripped = stripCompression(model);
    expect(predictionDifference(model, stripped, data.xs)).toBeLessThan(1e-5);
    const artifacts = await savedArtifacts(stripped);
    const loaded = await loadArtifacts(artifacts);
    expect(predictionDifference(stripped, loaded, data.xs)).toBe(0);
    const denseBytes = smallNetwork().countParams() * 4;
    expect((artifacts.weightData as ArrayBuffer).byteLength).toBeLessThan(denseBytes);
  });

  it('leaks no tensor', async () => {
    const data = classes();
    const before = tf.memory().numTensors;
    const source = smallNetwork();
    const { model, callback } = compressModel(source, { method, schedule: schedules.linear, minWeights: 150 });
    const optimizer = tf.train.sgd(0.1);
    model.compile({ optimizer, loss: 'categoricalCrossentropy' });
    await train(model, data, 5, [callback]);
    const stripped = stripCompression(model);
    tf.dispose([model.predict(data.xs) as tf.Tensor, stripped.predict(data.xs) as tf.Tensor]);
    for (const each of [source, model, stripped]) each.dispose();
    optimizer.dispose();
    // fit keeps one scalar an epoch, whatever the model
    expect(tf.memory().numTensors - before).toBeLessThanOrEqual(5);
  });
});
