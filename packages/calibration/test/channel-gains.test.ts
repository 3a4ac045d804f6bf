// Channel gains, compared with the output errors that they predict.
import { isGCompressError } from '@gcompress/core';
import { pack } from '@gcompress/packed';
import { packedModel } from '@gcompress/packed/load';
import { uniform } from '@gcompress/uniform';
import * as tf from '@tensorflow/tfjs';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { channelGains, syntheticInputs } from '../src/index.ts';

let before = 0;
beforeEach(async () => {
  await tf.setBackend('cpu');
  before = tf.memory().numTensors;
});
afterEach(() => {
  tf.disposeVariables();
});

function network(): tf.LayersModel {
  const initializer = (seed: number) => ({ kernelInitializer: tf.initializers.glorotNormal({ seed }) });
  return tf.sequential({
    layers: [
      tf.layers.conv2d({
        inputShape: [8, 8, 2],
        filters: 6,
        kernelSize: 3,
        activation: 'relu',
        ...initializer(1),
        name: 'c',
      }),
      tf.layers.flatten(),
      tf.layers.dense({ units: 5, ...initializer(2), name: 'd' }),
    ],
  });
}

async function artifactsOf(model: tf.LayersModel): Promise<tf.io.ModelArtifacts> {
  const saved: tf.io.ModelArtifacts[] = [];
  await model.save({
    save: async (artifacts) => {
      saved.push(artifacts);
      return { modelArtifactsInfo: { dateSaved: new Date(0), modelTopologyType: 'JSON' } };
    },
  });
  return saved[0];
}

function relativeError(original: tf.Tensor, other: tf.Tensor): number {
  return tf.tidy(() => tf.norm(tf.sub(original, other)).div(tf.norm(original)).dataSync()[0]);
}

describe('channelGains', () => {
  it('of a Dense layer are, in the mean over the outputs, the mean square of the inputs over the squares of the outputs', async () => {
    const model = tf.sequential({
      layers: [tf.layers.dense({ inputShape: [30], units: 3, useBias: false, name: 'one' })],
    });
    const inputs = tf.randomUniform([40, 30], -1, 1, 'float32', 7);
    const gains = await channelGains(model, inputs, { prior: 0 });
    const outputs = (model.predict(inputs) as tf.Tensor).square().sum().dataSync()[0];
    // A linear layer has the same diagonal for each output: no probe can change it
    const expected = inputs.square().sum().dataSync()[0] / 30 / outputs;
    for (const gain of gains.get('one/kernel') ?? []) expect(gain).toBeCloseTo(expected, 5);
    expect(gains.get('one/kernel')).toHaveLength(3);
  });

  it('predict the output error of a model with rounded weights', async () => {
    const model = network();
    const inputs = tf.randomNormal([24, 8, 8, 2], 0, 1, 'float32', 3);
    const gains = await channelGains(model, inputs, { seed: 1 });
    const artifacts = await artifactsOf(model);
    const original = model.predict(inputs) as tf.Tensor;
    const weights = [...gains.keys()].map(
      (name) => artifacts.weightSpecs?.find((spec) => spec.name === name)?.shape ?? [],
    );
    const count = weights.reduce((sum, shape) => sum + shape.reduce((product, side) => product * side, 1), 0);
    const wanted = 0.02;
    const method = uniform({
      step: wanted * Math.sqrt(12 / count),
      steps: 'importance',
      rateWeight: 0,
      allowLarger: true,
    });
    const { bytes } = await pack(artifacts, { method, channelGains: gains, minElements: 1, rest: 'float32' });
    const small = await tf.loadLayersModel(packedModel(bytes));
    const error = relativeError(original, small.predict(inputs) as tf.Tensor);
    expect(error / wanted).toBeGreaterThan(0.7);
    expect(error / wanted).toBeLessThan(1.4);
  });

  it('are above 0 with a prior for channels that the inputs do not activate, and larger for smaller weights', async () => {
    const kernel = tf.tensor2d([1, 0.1, 0.2, 0.5, -0.1, -0.2], [2, 3]);
    const model = tf.sequential({
      layers: [
        tf.layers.dense({
          inputShape: [2],
          units: 3,
          activation: 'relu',
          weights: [kernel, tf.tensor1d([0, -9, -9])],
          name: 'h',
        }),
        tf.layers.dense({ units: 1, useBias: false, name: 'o' }),
      ],
    });
    const inputs = tf.tensor2d([1, 1, 2, 1], [2, 2]);
    const [first, ...silent] = (await channelGains(model, inputs, { prior: 0 })).get('h/kernel') ?? [];
    expect(first).toBeGreaterThan(0);
    expect(silent).toEqual([0, 0]);
    const [loud, small, large] = (await channelGains(model, inputs, { prior: 0.1 })).get('h/kernel') ?? [];
    expect(loud).toBeGreaterThan(first);
    expect(small / large).toBeCloseTo(4, 4);
    expect(large * 0.04).toBeCloseTo((0.1 / 3) * first * 0.625, 6);
  });

  it('are the same for the same seed, change neither model nor inputs, and leak no tensor', async () => {
    const model = network();
    const [inputs] = syntheticInputs(model.inputs, 5, { count: 3 });
    const held = tf.memory().numTensors;
    const weights = model.getWeights().map((weight) => [...weight.dataSync()]);
    const first = await channelGains(model, inputs, { seed: 2 });
    expect(await channelGains(model, inputs, { seed: 2 })).toEqual(first);
    expect(await channelGains(model, inputs, { seed: 3 })).not.toEqual(first);
    expect(model.getWeights().map((weight) => [...weight.dataSync()])).toEqual(weights);
    expect(tf.memory().numTensors).toBe(held);
    expect(before).toBeLessThan(held);
  });

  it('of a model whose BatchNorm layers have no scale are those of the model with scales of ones', async () => {
    const normed = (scale: boolean) => {
      const norm = tf.layers.batchNormalization({ scale, name: scale ? 'norm' : 'bare' });
      const inner = tf.sequential({ layers: [tf.layers.inputLayer({ inputShape: [5] }), norm] });
      const [first, last] = [1, 2].map((seed) =>
        tf.layers.dense({ units: 5, kernelInitializer: tf.initializers.glorotNormal({ seed }), name: `d${seed}` }),
      );
      return tf.sequential({ layers: [tf.layers.inputLayer({ inputShape: [4] }), first, inner, last] });
    };
    const [bare, scaled] = [normed(false), normed(true)];
    const inputs = tf.randomNormal([6, 4], 0, 1, 'float32', 3);
    const config = JSON.stringify(bare.getConfig());
    const tensors = tf.memory().numTensors;
    const [one, other] = [await channelGains(bare, inputs), await channelGains(scaled, inputs)];
    expect([...one]).toEqual([...other]);
    expect(one.size).toBe(2);
    expect(tf.memory().numTensors).toBe(tensors);
    expect(JSON.stringify(bare.getConfig())).toBe(config);
    tf.dispose(inputs);
  });

  it('end with the reason of the signal, without tensors left', async () => {
    const model = network();
    const [inputs] = syntheticInputs(model.inputs, 5, { count: 4 });
    const held = tf.memory().numTensors;
    const controller = new AbortController();
    const done: number[] = [];
    const onProgress = (part: number) => {
      done.push(part);
      if (part > 0.3) controller.abort(new Error('enough'));
    };
    await expect(channelGains(model, inputs, { signal: controller.signal, onProgress })).rejects.toThrow('enough');
    expect(tf.memory().numTensors).toBe(held);
    expect([...done].sort((a, b) => a - b)).toEqual(done);
  });

  it('refuse invalid arguments with a GCompressError', async () => {
    const model = network();
    const [inputs] = syntheticInputs(model.inputs);
    const wrong: readonly (readonly [model: unknown, inputs: unknown, options?: unknown])[] = [
      [null, inputs],
      [{}, inputs],
      [model, null],
      [model, []],
      [model, {}],
      [model, tf.zeros([2, 3, 3, 2])],
      [model, inputs, { batchSize: 0 }],
      [model, inputs, { seed: -1 }],
      [model, inputs, { prior: 2 }],
      [model, inputs, { probes: 3 }],
      [model, tf.fill([2, 8, 8, 2], Number.NaN)],
    ];
    for (const given of wrong) {
      const error: unknown = await (channelGains as (...all: unknown[]) => Promise<unknown>)(...given).catch((e) => e);
      expect(isGCompressError(error)).toBe(true);
    }
  });
});
