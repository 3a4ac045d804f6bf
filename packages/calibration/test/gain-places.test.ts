// Gains at the places of `at`, compared with gains of models that end at these places.
import { isGCompressError } from '@gcompress/core';
import * as tf from '@tensorflow/tfjs';
import fc from 'fast-check';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { type ChannelGainsOptions, channelGains } from '../src/index.ts';

type Activation = 'linear' | 'softmax' | 'sigmoid';

beforeEach(async () => {
  await tf.setBackend('cpu');
});
afterEach(() => {
  tf.disposeVariables();
});

const hidden = (inputShape: number[]) =>
  tf.layers.dense({
    inputShape,
    units: 7,
    activation: 'relu',
    name: 'h',
    kernelInitializer: tf.initializers.glorotNormal({ seed: 1 }),
  });
const last = (activation: Activation, scale = 1) =>
  tf.layers.dense({
    units: 3,
    activation,
    name: 'o',
    kernelInitializer: tf.initializers.varianceScaling({ seed: 2, scale }),
  });

/** The same two matrices, and an end of each kind: with the activation, or without it. */
const ENDS: Readonly<Record<string, (activation: Activation) => tf.LayersModel>> = {
  'an activation of the last layer': (activation) => tf.sequential({ layers: [hidden([5]), last(activation)] }),
  'a layer of its own': (activation) =>
    tf.sequential({ layers: [hidden([5]), last('linear'), tf.layers.activation({ activation })] }),
  'a nested model': (activation) =>
    tf.sequential({
      layers: [hidden([5]), tf.sequential({ layers: [tf.layers.inputLayer({ inputShape: [7] }), last(activation)] })],
    }),
  'a reshaped output': (activation) =>
    tf.sequential({ layers: [hidden([5]), last(activation), tf.layers.reshape({ targetShape: [3] })] }),
};

/** A graph of one product, and a softmax with an Identity behind it, or not. */
async function graph(ending: 'softmax' | 'product'): Promise<tf.GraphModel> {
  const float = { T: { type: 'DT_FLOAT' }, dtype: { type: 'DT_FLOAT' } };
  const dims = (...sides: number[]) => ({ dim: sides.map((size) => ({ size: `${size}` })) });
  const output = ending === 'softmax' ? 'z:0' : 'y:0';
  const modelTopology = {
    node: [
      { name: 'x', op: 'Placeholder', attr: { ...float, shape: { shape: dims(-1, 4) } } },
      { name: 'kernel', op: 'Const', attr: float },
      { name: 'y', op: 'MatMul', input: ['x', 'kernel'], attr: float },
      { name: 'p', op: 'Softmax', input: ['y'], attr: float },
      { name: 'z', op: 'Identity', input: ['p'], attr: float },
    ],
    versions: { producer: 1 },
  };
  return await tf.loadGraphModel({
    load: async () => ({
      format: 'graph-model',
      modelTopology,
      signature: {
        inputs: { x: { name: 'x:0', dtype: 'DT_FLOAT', tensorShape: dims(-1, 4) } },
        outputs: { out: { name: output, dtype: 'DT_FLOAT', tensorShape: dims(-1, 2) } },
      },
      weightSpecs: [{ name: 'kernel', shape: [4, 2], dtype: 'float32' }],
      weightData: Float32Array.of(1, -2, 0.5, 0.3, -1, 2, 0.1, -0.4).buffer,
    }),
  });
}

describe('channelGains at logits', () => {
  for (const [title, made] of Object.entries(ENDS)) {
    it(`are those of the model without the softmax, where it is ${title}`, async () => {
      const inputs = tf.randomNormal([6, 5], 0, 1, 'float32', 3);
      const [model, without] = [made('softmax'), made('linear')];
      const tensors = tf.memory().numTensors;
      const gains = await channelGains(model, inputs, { at: 'logits' });
      expect(tf.memory().numTensors).toBe(tensors);
      expect([...gains.values()]).toEqual([...(await channelGains(without, inputs)).values()]);
      expect([...gains.values()]).not.toEqual([...(await channelGains(model, inputs)).values()]);
      expect(gains.size).toBe(2);
    });
  }

  it('are those without the sigmoid of classes, and those of the outputs for other sigmoids and other ends', async () => {
    const inputs = tf.randomNormal([6, 5], 0, 1, 'float32', 3);
    const classes = (activation: Activation) => ENDS['an activation of the last layer'](activation);
    expect([...(await channelGains(classes('sigmoid'), inputs, { at: 'logits' })).values()]).toEqual([
      ...(await channelGains(classes('linear'), inputs)).values(),
    ]);
    const picture = tf.sequential({
      layers: [hidden([5]), last('sigmoid'), tf.layers.reshape({ targetShape: [3, 1, 1] })],
    });
    for (const model of [picture, classes('linear')]) {
      expect(await channelGains(model, inputs, { at: 'logits' })).toEqual(await channelGains(model, inputs));
    }
  });

  it('see what a softmax hides that is sure of its classes', async () => {
    const model = tf.sequential({ layers: [hidden([5]), last('softmax', 1e7)] });
    const inputs = tf.randomNormal([6, 5], 0, 1, 'float32', 3);
    expect((await channelGains(model, inputs)).size).toBe(0);
    expect((await channelGains(model, inputs, { at: 'logits' })).size).toBe(2);
  });

  it('of a graph are those of the graph that ends before the softmax', async () => {
    const inputs = tf.randomNormal([6, 4], 0, 1, 'float32', 3);
    const [model, without] = [await graph('softmax'), await graph('product')];
    const tensors = tf.memory().numTensors;
    const gains = await channelGains(model, inputs, { at: 'logits' });
    expect(tf.memory().numTensors).toBe(tensors);
    expect(gains).toEqual(await channelGains(without, inputs));
    expect(gains).not.toEqual(await channelGains(model, inputs));
    expect(await channelGains(model, inputs, { at: 'y' })).toEqual(gains);
    expect(await channelGains(without, inputs, { at: 'logits' })).toEqual(gains);
  });
});

describe('channelGains at layers', () => {
  it('equals the gains of a model whose outputs are these layers, in any batch', async () => {
    const model = ENDS['an activation of the last layer']('softmax');
    const output = model.getLayer('h').output as tf.SymbolicTensor;
    const short = tf.model({ inputs: model.inputs, outputs: output });
    const both = tf.model({ inputs: model.inputs, outputs: [output, ...model.outputs] });
    await fc.assert(
      fc.asyncProperty(fc.integer({ min: 1, max: 5 }), fc.integer({ min: 1, max: 9 }), async (batchSize, seed) => {
        const inputs = tf.randomNormal([5, 5], 0, 1, 'float32', seed);
        const gains = (of: tf.LayersModel, more: ChannelGainsOptions = {}) =>
          channelGains(of, inputs, { batchSize, seed, ...more });
        expect(await gains(model, { at: 'h' })).toEqual(await gains(short));
        expect(await gains(model, { at: ['outputs', 'h', 'h'] })).toEqual(await gains(both));
        tf.dispose(inputs);
      }),
      { numRuns: 8 },
    );
    for (const layer of model.layers) expect(Object.hasOwn(layer, 'call')).toBe(false);
  });

  it('leave the model as it was when a gradient fails', async () => {
    const model = ENDS['a layer of its own']('softmax');
    const inputs = tf.fill([2, 5], Number.NaN);
    const held = tf.memory().numTensors;
    await expect(channelGains(model, inputs, { at: ['logits', 'h'] })).rejects.toThrow(/finite/);
    await expect(channelGains(model, tf.zeros([2, 9]), { at: ['logits', 'h'] })).rejects.toThrow();
    expect(tf.memory().numTensors).toBe(held + 1);
    for (const layer of model.layers) expect(Object.hasOwn(layer, 'call')).toBe(false);
  });

  it('refuse places that the model does not have, and name some that it has', async () => {
    const model = ENDS['an activation of the last layer']('softmax');
    const inputs = tf.zeros([1, 5]);
    for (const at of ['nowhere', [], 3, [''], ['outputs', null], {}] as never[]) {
      const error: unknown = await channelGains(model, inputs, { at }).catch((caught: unknown) => caught);
      expect(isGCompressError(error, 'invalid-option')).toBe(true);
    }
    await expect(channelGains(model, inputs, { at: 'nowhere' })).rejects.toThrow(/'nowhere'.*'h', 'o'/);
    const nodes = channelGains(await graph('softmax'), tf.zeros([1, 4]), { at: ['logits', 'w'] });
    await expect(nodes).rejects.toThrow(/'w'.*'p', 'z'/);
  });
});
