import { isGCompressError } from '@gcompress/core';
import { lowRank } from '@gcompress/lowrank';
import { linearAlpha } from '@gcompress/scheduler';
import * as tf from '@tensorflow/tfjs';
import { beforeAll, describe, expect, it } from 'vitest';
import { compressModel } from '../../src/layers/index.ts';
import { useTestBackend } from '../backend.ts';
import { classes, compile, predictionDifference, smallNetwork, train } from '../networks.ts';

const schedule = linearAlpha({ begin: 2, end: 20, frequency: 2 });
const common = { method: lowRank({ rank: 4 }), schedule, minWeights: 100 };

beforeAll(async () => {
  await useTestBackend();
});

/** The code and message of what is thrown. */
function refusal(run: () => unknown): string {
  try {
    run();
  } catch (error) {
    if (isGCompressError(error)) return `${error.code}: ${error.message}`;
    throw error;
  }
  return 'nothing thrown';
}

describe('compressModel', () => {
  it('keeps predictions and names, and neither changes the given model nor shares a weight with it', async () => {
    const model = smallNetwork();
    const data = classes();
    const before = model.getWeights().map((weight) => Array.from(weight.dataSync()));
    const { model: small, callback } = compressModel(model, common);
    expect(predictionDifference(model, small, data.xs)).toBe(0);
    expect(small.layers.map((layer) => [layer.name, layer.getClassName()])).toEqual([
      ['fc1', 'CompressedLayer'],
      ['fc2', 'CompressedLayer'],
      ['out', 'Dense'],
    ]);
    compile(small);
    await train(small, data, 2, [callback]);
    expect(model.getWeights().map((weight) => Array.from(weight.dataSync()))).toEqual(before);
  });

  it('reports the notes of the method after the first compression', async () => {
    const { model, callback, report } = compressModel(smallNetwork(), {
      ...common,
      method: lowRank({ energy: 0.9999, maxRank: 2 }),
    });
    const said = () => report().warnings.filter((warning) => warning.includes('of the energy is kept where 0.9999'));
    expect(said()).toEqual([]);
    compile(model);
    await train(model, classes(), 2, [callback]);
    expect(said().map((warning) => warning.split(':', 1)[0])).toEqual(['fc1/kernel', 'fc2/kernel']);
    expect(String(report())).toContain('warning: fc1/kernel: lowrank: 0.');
  });

  it('compresses at the first update, lowers alpha by the schedule, and continues to learn', async () => {
    const updates: [string, number, string, number][] = [];
    const { model, callback } = compressModel(smallNetwork(), {
      ...common,
      rules: [{ name: 'fc1' }],
      onUpdate: ({ layer, step, result, alpha }) => updates.push([layer, step, result, alpha]),
    });
    compile(model);
    const losses = await train(model, classes(), 6, [callback]);
    expect(updates[0]).toEqual(['fc1', 2, 'compressed', expect.closeTo(0.9, 12)]);
    expect(updates.map(([, step]) => step)).toEqual([2, 4, 6, 8, 10, 12, 14, 16, 18, 20]);
    expect(updates.slice(1).every(([, , result]) => result === 'decayed')).toBe(true);
    expect(updates.at(-1)?.[3]).toBe(0);
    expect(losses[5]).toBeLessThan(losses[0]);
  });

  it('reports what was compressed, what was skipped and why, and bytes', () => {
    const { report } = compressModel(smallNetwork(), {
      ...common,
      rules: [{ name: 'fc1' }, { name: 'fc2', method: null }],
    });
    const { compressed, skipped, denseBytes, compressedBytes } = report();
    expect(compressed).toEqual([
      {
        layer: 'fc1',
        name: 'fc1/kernel',
        method: 'lowrank',
        shape: [12, 16],
        denseBytes: 12 * 16 * 4,
        compressedBytes: (12 + 16) * 4 * 4,
        alpha: 1,
        relativeError: undefined,
      },
    ]);
    expect(skipped).toEqual([
      { name: 'fc2', reason: 'left out by a rule' },
      { name: 'out', reason: 'no rule matches' },
    ]);
    expect(denseBytes).toBe((12 * 16 + 16 + 16 * 16 + 16 + 16 * 4 + 4) * 4);
    expect(compressedBytes).toBe(denseBytes - (12 * 16 - 28 * 4) * 4);
    expect(String(report())).toContain('fc2: left as it is, left out by a rule');
  });

  it('chooses layers by name, pattern, class, predicate and size, each with its own method', () => {
    const rules = [
      { name: 'fc1', method: lowRank({ rank: 2 }) },
      { name: /^fc/, className: 'Dense', minWeights: 200, method: lowRank({ rank: 3 }) },
      { predicate: (layer: tf.layers.Layer) => layer.name === 'out', method: lowRank({ rank: 1 }), minWeights: 1 },
    ];
    const { model } = compressModel(smallNetwork(), { ...common, rules });
    const ranks = model.layers.map((layer) => layer.weights.find(({ name }) => name.includes('/b'))?.shape.at(-1));
    expect(model.layers.map((layer) => layer.getClassName())).toEqual(Array(3).fill('CompressedLayer'));
    expect(ranks.length).toBe(3);
    const factor = (index: number) => model.layers[index].getWeights()[2].shape;
    expect([factor(0), factor(1), factor(2)]).toEqual([
      [12, 2],
      [16, 3],
      [16, 1],
    ]);
  });

  it('skips a layer that its rank would not make smaller, and names the break-even rank', () => {
    const { report } = compressModel(smallNetwork(), {
      ...common,
      method: lowRank({ rank: 7 }),
      rules: [{ name: 'fc1' }, { name: 'fc2' }],
    });
    expect(report().compressed.map(({ layer }) => layer)).toEqual(['fc2']);
    expect(report().skipped[0].reason).toContain('at most 6, the break-even');
  });

  it('rebuilds functional models with several inputs and outputs', async () => {
    const left = tf.input({ shape: [12], name: 'left' });
    const right = tf.input({ shape: [12], name: 'right' });
    const shared = tf.layers.dense({ units: 16, name: 'shared' });
    const joined = tf.layers
      .concatenate({ name: 'joined' })
      .apply([shared.apply(left) as tf.SymbolicTensor, shared.apply(right) as tf.SymbolicTensor]) as tf.SymbolicTensor;
    const wide = tf.layers.dense({ units: 16, activation: 'relu', name: 'wide' }).apply(joined) as tf.SymbolicTensor;
    const first = tf.layers.dense({ units: 4, name: 'first' }).apply(wide) as tf.SymbolicTensor;
    const second = tf.layers.dense({ units: 2, name: 'second' }).apply(wide) as tf.SymbolicTensor;
    const model = tf.model({ inputs: [left, right], outputs: [first, second] });
    const { model: small, report } = compressModel(model, common);
    expect(report().compressed.map(({ layer }) => layer)).toEqual(['shared', 'wide']);
    expect(small.layers.filter(({ name }) => name === 'shared').length).toBe(1);
    const xs = [tf.randomNormal([5, 12], 0, 1, 'float32', 1), tf.randomNormal([5, 12], 0, 1, 'float32', 2)];
    const expected = model.predict(xs) as tf.Tensor[];
    const actual = small.predict(xs) as tf.Tensor[];
    expect(actual.map((y) => Array.from(y.dataSync()))).toEqual(expected.map((y) => Array.from(y.dataSync())));
    expect(small.inputNames).toEqual(model.inputNames);
    expect(small.outputNames).toEqual(model.outputNames);
  });

  it('reaches into nested models', () => {
    const inner = smallNetwork();
    const model = tf.sequential({ layers: [inner, tf.layers.dense({ units: 2, name: 'top' })] });
    const { model: small, report } = compressModel(model, common);
    expect(report().compressed.map(({ layer }) => layer)).toEqual(['fc1', 'fc2']);
    const data = classes();
    expect(predictionDifference(model, small, data.xs)).toBe(0);
  });

  it('copies layers of unregistered classes and lists unsupported ones', () => {
    class Doubled extends tf.layers.Layer {
      static className = 'Doubled';
      override call(inputs: tf.Tensor | tf.Tensor[]): tf.Tensor {
        return tf.mul(Array.isArray(inputs) ? inputs[0] : inputs, 2);
      }
    }
    const model = tf.sequential({
      layers: [
        tf.layers.batchNormalization({ inputShape: [12], name: 'normal' }),
        tf.layers.reshape({ targetShape: [3, 2, 2, 1] }),
        tf.layers.convLstm2d({ filters: 2, kernelSize: 1, name: 'memory' }),
        tf.layers.flatten(),
        new Doubled({}),
        tf.layers.dense({ units: 64, name: 'wide' }),
      ],
    });
    const { model: small, report } = compressModel(model, common);
    expect(report().skipped).toEqual([
      { name: 'normal', reason: 'BatchNormalization layers have no matrix' },
      { name: 'memory', reason: expect.stringMatching(/^ConvLSTM2D layers are not supported; .*compressibleMatrices/) },
    ]);
    expect(predictionDifference(model, small, classes().xs)).toBe(0);
  });

  it('keeps bias-free layers, regularizers and inputs of higher rank', async () => {
    const model = tf.sequential({
      layers: [
        tf.layers.reshape({ inputShape: [12], targetShape: [3, 4] }),
        tf.layers.dense({
          units: 32,
          useBias: false,
          name: 'wide',
          kernelRegularizer: tf.regularizers.l2({ l2: 0.1 }),
        }),
        tf.layers.flatten(),
        tf.layers.dense({ units: 4, activation: 'softmax' }),
      ],
    });
    const data = classes();
    const { model: small } = compressModel(model, { ...common, method: lowRank({ rank: 2 }) });
    expect(predictionDifference(model, small, data.xs)).toBe(0);
    compile(model);
    compile(small);
    const [expected] = model.evaluate(data.xs, data.ys) as tf.Scalar[];
    const [actual] = small.evaluate(data.xs, data.ys) as tf.Scalar[];
    expect(actual.dataSync()[0]).toBeCloseTo(expected.dataSync()[0], 6);
  });

  it('refuses models that it cannot compress, with the reason', () => {
    const { model: small } = compressModel(smallNetwork(), common);
    expect(refusal(() => compressModel(small, common))).toMatch(/^already-compressed: .*'fc1'/);
    const gone = smallNetwork();
    gone.predict(tf.zeros([1, 12]));
    gone.layers.forEach((layer) => {
      layer.weights.forEach((weight) => {
        weight.dispose();
      });
    });
    expect(refusal(() => compressModel(gone, common))).toMatch(/^disposed: /);
    expect(refusal(() => compressModel(tf.sequential(), common))).toMatch(/^not-ready: /);
    expect(refusal(() => compressModel(smallNetwork(), { ...common, rules: [{ name: 'fc9' }] }))).toMatch(
      /^invalid-option: .*fc1, fc2, out, got 'fc9'/,
    );
    expect(refusal(() => compressModel(smallNetwork(), { ...common, rules: [{ split: 'x' as never }] }))).toMatch(
      /^invalid-option: .*'filters', 'spatial', got 'x'/,
    );
    expect(refusal(() => compressModel(smallNetwork(), { ...common, minWeights: 1e9 }))).toMatch(
      /^unsupported: .*fc1: 192 weights, fewer than minWeights/,
    );
  });

  it('refuses to train without the callback, and names the callback', async () => {
    const { model, callback } = compressModel(smallNetwork(), common);
    compile(model);
    const data = classes();
    await expect(train(model, data, 1, [])).rejects.toThrow(
      /expected training with the compression callback, got training without it.*`callback`/,
    );
    await train(model, data, 1, [callback]);
    await expect(train(model, data, 1, [])).rejects.toThrow(/training with the compression callback/);
    const other = compressModel(smallNetwork(), common);
    await expect(train(model, data, 1, [other.callback])).rejects.toThrow(/the model that this callback was made for/);
  });

  it('leaves the model unchanged if a matrix cannot be compressed', async () => {
    const { model, callback } = compressModel(smallNetwork(), { ...common, rules: [{ name: 'fc1' }] });
    compile(model, 'sgd');
    const [layer] = model.layers;
    const weights = layer.getWeights();
    const broken = tf.tidy(() => [tf.fill(weights[0].shape, Number.NaN), ...weights.slice(1).map((w) => w.clone())]);
    layer.setWeights(broken);
    const factors = layer
      .getWeights()
      .slice(2)
      .map((weight) => Array.from(weight.dataSync()));
    await callback.onTrainBegin();
    await callback.onBatchEnd();
    await callback.onBatchEnd();
    await expect(callback.onBatchEnd()).rejects.toThrow(/finite numbers, got NaN at row 0, column 0/);
    const after = layer
      .getWeights()
      .slice(2)
      .map((weight) => Array.from(weight.dataSync()));
    // All but the count of steps, which stands at the two that went well
    expect(after.slice(0, -1)).toEqual(factors.slice(0, -1));
    expect(after.at(-1)).toEqual([0, -1, 2]);
  });

  it('leaks no tensor', async () => {
    const data = classes();
    const base = tf.memory().numTensors;
    const model = smallNetwork();
    const withModel = tf.memory().numTensors;
    const { model: small, callback, report } = compressModel(model, common);
    report();
    const optimizer = tf.train.adam();
    small.compile({ optimizer, loss: 'categoricalCrossentropy' });
    // Warm up: slots of the optimizer appear with the first step
    await train(small, data, 1, [callback]);
    const dense = tf.memory().numTensors;
    await train(small, data, 8, [callback]);
    tf.dispose(small.predict(data.xs));
    report();
    // fit keeps one scalar an epoch, whatever the model
    expect(tf.memory().numTensors - dense).toBeLessThanOrEqual(8);
    small.dispose();
    optimizer.dispose();
    expect(tf.memory().numTensors - withModel).toBeLessThanOrEqual(9);
    model.dispose();
    expect(tf.memory().numTensors - base).toBeLessThanOrEqual(9);
  });
});
