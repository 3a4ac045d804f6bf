import { lowRank } from '@gcompress/lowrank';
import { linearAlpha } from '@gcompress/scheduler';
import * as tf from '@tensorflow/tfjs';
import { beforeAll, describe, expect, it } from 'vitest';
import { compressModel, stripCompression } from '../../src/layers/index.ts';
import { useTestBackend } from '../backend.ts';
import {
  classes,
  compile,
  loadArtifacts,
  predictionDifference,
  savedArtifacts,
  smallNetwork,
  train,
} from '../networks.ts';

const options = {
  method: lowRank({ rank: 4 }),
  schedule: linearAlpha({ begin: 2, end: 10, frequency: 2 }),
  minWeights: 100,
};

beforeAll(async () => {
  await useTestBackend();
});

describe('stripCompression on low rank', () => {
  it('gives plain Dense layers that predict the same, and load with stock loadLayersModel', async () => {
    const data = classes();
    const { model, callback } = compressModel(smallNetwork(), options);
    compile(model);
    await train(model, data, 4, [callback]);
    const stripped = stripCompression(model);
    expect(stripped.layers.map((layer) => [layer.name, layer.getClassName()])).toEqual([
      ['fc1_input', 'InputLayer'],
      ['fc1_b', 'Dense'],
      ['fc1', 'Dense'],
      ['fc2_b', 'Dense'],
      ['fc2', 'Dense'],
      ['out', 'Dense'],
    ]);
    expect(predictionDifference(model, stripped, data.xs)).toBeLessThan(1e-6);
    const loaded = await loadArtifacts(await savedArtifacts(stripped));
    expect(predictionDifference(stripped, loaded, data.xs)).toBe(0);
    expect(stripped.countParams()).toBe(12 * 4 + 4 * 16 + 16 + 16 * 4 + 4 * 16 + 16 + 16 * 4 + 4);
  });

  it('strips layers inside functional and nested models', async () => {
    const data = classes();
    const input = tf.input({ shape: [12] });
    const hidden = smallNetwork().apply(input) as tf.SymbolicTensor;
    const output = tf.layers.dense({ units: 4, activation: 'softmax', name: 'top' }).apply(hidden);
    const { model, callback } = compressModel(
      tf.model({ inputs: input, outputs: output as tf.SymbolicTensor }),
      options,
    );
    compile(model);
    await train(model, data, 4, [callback]);
    const stripped = stripCompression(model);
    expect(predictionDifference(model, stripped, data.xs)).toBeLessThan(1e-6);
  });

  it('drops the ranks that a size by energy reserved but did not use', async () => {
    const data = classes();
    const { model, callback } = compressModel(smallNetwork(), { ...options, method: lowRank({ energy: 0.5 }) });
    const reserved = model.layers[0].getWeights()[2].shape;
    compile(model);
    await train(model, data, 4, [callback]);
    const stripped = stripCompression(model);
    const used = stripped.layers[1].getWeights()[0].shape;
    expect(reserved).toEqual([12, 6]);
    expect(used[1]).toBeLessThan(6);
    expect(predictionDifference(model, stripped, data.xs)).toBeLessThan(1e-6);
  });

  it('refuses a model before alpha 0, and names the step of alpha 0', async () => {
    const { model, callback } = compressModel(smallNetwork(), options);
    compile(model);
    expect(() => stripCompression(model)).toThrow(
      /alpha 0 in every matrix, got 1 in 'fc1\/kernel' after 0 steps.*at step 10/,
    );
    await train(model, classes(), 1, [callback]);
    expect(() => stripCompression(model)).toThrow(/after 4 steps/);
  });

  it('refuses a model without compressed layers', () => {
    expect(() => stripCompression(smallNetwork())).toThrow(/a model with compressed layers/);
  });

  it('leaks no tensor', async () => {
    const { model, callback } = compressModel(smallNetwork(), options);
    compile(model);
    await train(model, classes(), 4, [callback]);
    const before = tf.memory().numTensors;
    stripCompression(model).dispose();
    expect(tf.memory().numTensors).toBe(before);
  });
});
