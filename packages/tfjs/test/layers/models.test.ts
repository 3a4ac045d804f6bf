import { isGCompressError } from '@gcompress/core';
import { kMeans } from '@gcompress/kmeans';
import { lowRank } from '@gcompress/lowrank';
import { compressAtOnce, linearAlpha } from '@gcompress/scheduler';
import * as tf from '@tensorflow/tfjs';
import { beforeAll, describe, expect, it } from 'vitest';
import {
  type CompressModelOptions,
  compressedLayers,
  compressModel,
  registerCompressedLayers,
  stripCompression,
} from '../../src/layers/index.ts';
import { useTestBackend } from '../backend.ts';
import { loadArtifacts, savedArtifacts } from '../networks.ts';
import { Mixing } from './layer-cases.ts';

const everything = { method: lowRank({ rank: 2 }), schedule: compressAtOnce(), minWeights: 60 };

beforeAll(async () => {
  await useTestBackend();
  registerCompressedLayers([lowRank, kMeans]);
});

/** A model that is compressed and at alpha 0, without a training. */
async function compressed(model: tf.LayersModel, options: CompressModelOptions = everything) {
  const result = compressModel(model, options);
  await result.callback.onTrainBegin();
  await result.callback.onBatchEnd();
  await result.callback.onTrainEnd();
  return result;
}

function predictions(model: tf.LayersModel, inputs: tf.Tensor | tf.Tensor[]): number[][] {
  const outputs = tf.tidy(() => [model.predict(inputs)].flat().map((output) => output.clone()));
  const values = outputs.map((output) => Array.from(output.dataSync()));
  tf.dispose(outputs);
  return values;
}

/** Compresses, strips, saves and loads; predictions stay the same on the way. */
async function stripped(model: tf.LayersModel, inputs: tf.Tensor | tf.Tensor[], options = everything) {
  expect(predictions(compressModel(model, options).model, inputs)).toEqual(predictions(model, inputs));
  const { model: small } = await compressed(model, options);
  const deployed = stripCompression(small);
  const wanted = predictions(small, inputs).flat();
  for (const [i, value] of predictions(deployed, inputs).flat().entries()) expect(value).toBeCloseTo(wanted[i], 4);
  const loaded = await loadArtifacts(await savedArtifacts(deployed));
  expect(predictions(loaded, inputs)).toEqual(predictions(deployed, inputs));
  return { small, deployed };
}

const normal = (shape: number[], seed = 1) => tf.randomNormal(shape, 0, 1, 'float32', seed);
const applied = (layer: tf.layers.Layer, x: tf.SymbolicTensor | tf.SymbolicTensor[]) =>
  layer.apply(x) as tf.SymbolicTensor;

describe('compressModel rebuilds models', () => {
  it('with layers that several inputs share, and several outputs', async () => {
    const [left, right] = [tf.input({ shape: [12] }), tf.input({ shape: [12] })];
    const shared = tf.layers.dense({ units: 9, activation: 'tanh', name: 'shared' });
    const joined = applied(tf.layers.concatenate(), [applied(shared, left), applied(shared, right)]);
    const outputs = [tf.layers.dense({ units: 9, name: 'first' }), tf.layers.dense({ units: 1, name: 'second' })];
    const model = tf.model({ inputs: [left, right], outputs: outputs.map((layer) => applied(layer, joined)) });
    const { small, deployed } = await stripped(model, [normal([4, 12], 1), normal([4, 12], 2)]);
    expect(compressedLayers(small).map(({ name }) => name)).toEqual(['shared', 'first']);
    const ofShared = deployed.layers.filter(({ name }) => name.startsWith('shared'));
    expect(ofShared.map((layer) => [layer.name, layer.inboundNodes.length])).toEqual([
      ['shared_b', 2],
      ['shared', 2],
    ]);
  });

  it('with nested models: one is used twice, and two share a layer', async () => {
    const tower = tf.sequential({ layers: [tf.layers.dense({ inputShape: [12], units: 12, name: 'tower' })] });
    const shared = tf.layers.dense({ units: 12, name: 'shared' });
    const inner = tf.input({ shape: [12] });
    const branch = tf.model({ inputs: inner, outputs: applied(shared, inner), name: 'branch' });
    const input = tf.input({ shape: [12] });
    const once = applied(tower, input);
    const sum = applied(tf.layers.add(), [applied(tower, once), applied(branch, once), applied(shared, input)]);
    const model = tf.model({ inputs: input, outputs: sum });
    const inputs = normal([4, 12]);
    const { model: small } = await compressed(model);
    const names = compressedLayers(small).map(({ name }) => name);
    expect(names.sort()).toEqual(['shared', 'tower']);
    // TensorFlow.js does not load models in which two models share a layer
    const wanted = predictions(small, inputs)[0];
    const values = predictions(stripCompression(small), inputs)[0];
    for (const [i, value] of values.entries()) expect(value).toBeCloseTo(wanted[i], 4);
  });

  it('with initial states of recurrent layers as inputs', async () => {
    const [source, target] = [tf.input({ shape: [4, 8] }), tf.input({ shape: [3, 8] })];
    const encoder = tf.layers.lstm({ units: 6, returnState: true, name: 'encoder' });
    const [, ...states] = encoder.apply(source) as tf.SymbolicTensor[];
    const decoder = tf.layers.lstm({ units: 6, returnSequences: true, name: 'decoder' });
    const sequence = decoder.apply(target, { initialState: states }) as tf.SymbolicTensor;
    const model = tf.model({ inputs: [source, target], outputs: sequence });
    const { small } = await stripped(model, [normal([2, 4, 8], 1), normal([2, 3, 8], 2)]);
    expect(compressedLayers(small).map(({ name }) => name)).toEqual(['encoder', 'decoder']);
  });

  it('with recurrent layers that keep their state', async () => {
    const model = tf.sequential({
      layers: [tf.layers.gru({ units: 6, stateful: true, batchInputShape: [2, 4, 8], name: 'memory' })],
    });
    const inputs = normal([2, 4, 8]);
    const { model: small } = compressModel(model, everything);
    expect(small.stateful).toBe(true);
    const twice = [predictions(small, inputs), predictions(small, inputs)];
    expect(twice).toEqual([predictions(model, inputs), predictions(model, inputs)]);
    expect(twice[1]).not.toEqual(twice[0]);
    small.resetStates();
    expect(predictions(small, inputs)).toEqual(twice[0]);
  });

  it('with convolutions of dilated kernels, which stock TensorFlow.js does not train', async () => {
    const dilated = { filters: 8, kernelSize: [3, 2] as [number, number], dilationRate: [2, 3] as [number, number] };
    const model = tf.sequential({ layers: [tf.layers.conv2d({ ...dilated, inputShape: [9, 8, 4], name: 'it' })] });
    const line = tf.sequential({
      layers: [tf.layers.conv1d({ inputShape: [9, 8], filters: 8, kernelSize: 3, dilationRate: 2, padding: 'same' })],
    });
    for (const split of ['filters', 'spatial'] as const) {
      const { deployed } = await stripped(model, normal([2, 9, 8, 4]), { ...everything, rules: [{ split }] } as never);
      expect(deployed.layers.map((layer) => layer.getClassName())).toEqual(['InputLayer', 'Conv2D', 'Conv2D']);
    }
    await stripped(line, normal([2, 9, 8]));
  });

  it('with unchanged packed layers of an earlier compression', async () => {
    const model = tf.sequential({
      layers: [
        tf.layers.dense({ inputShape: [12], units: 12, name: 'first' }),
        tf.layers.dense({ units: 12, name: 'second' }),
      ],
    });
    const codes = { ...everything, method: kMeans({ levels: 4 }) };
    const { model: small } = await compressed(model, { ...codes, rules: [{ name: 'first' }] });
    const half = stripCompression(small);
    const { model: again, report } = await compressed(half, { ...codes, rules: [{ name: 'second' }] });
    expect(report().skipped.map(({ name }) => name)).toEqual(['first']);
    const whole = stripCompression(again);
    expect(whole.layers.map((layer) => layer.getClassName())).toEqual(['PackedLayer', 'PackedLayer']);
    expect(predictions(whole, normal([4, 12]))).toEqual(predictions(again, normal([4, 12])));
  });

  it('with unchanged weights, even if they break a constraint', async () => {
    const kernelConstraint = tf.constraints.nonNeg();
    const model = tf.sequential({
      layers: [tf.layers.dense({ inputShape: [12], units: 12, kernelConstraint, name: 'it' })],
    });
    const values = Array.from(normal([12, 12]).dataSync());
    (model.layers[0].weights[0].read() as tf.Variable).assign(tf.tensor(values, [12, 12]));
    await stripped(model, normal([4, 12]));
    const { model: small } = compressModel(model, everything);
    expect(Array.from(small.layers[0].getWeights()[0].dataSync())).toEqual(values);
  });
});

describe('a matrix or layer that cannot be compressed', () => {
  it('is skipped with the reason', () => {
    const model = tf.sequential({
      layers: [
        tf.layers.separableConv2d({ inputShape: [6, 6, 12], filters: 12, kernelSize: 3, name: 'separable' }),
        tf.layers.depthwiseConv2d({ kernelSize: 3, name: 'depthwise' }),
        tf.layers.reshape({ targetShape: [4, 12] }),
        tf.layers.lstm({ units: 4, name: 'memory' }),
      ],
    });
    const rules = [{ name: 'memory', matrices: ['recurrent_kernel'], minWeights: 1 }, { minWeights: 1 }];
    const { report } = compressModel(model, { ...everything, rules });
    expect(report().compressed.map(({ name }) => name)).toEqual([
      'separable/pointwise_kernel',
      'memory/recurrent_kernel',
    ]);
    const depthwise =
      'lowrank gives a product: a depthwise kernel keeps channels apart, which a product of matrices does not';
    expect(report().skipped).toEqual([
      { name: 'separable/depthwise_kernel', reason: depthwise },
      { name: 'depthwise', reason: depthwise },
      { name: 'memory/kernel', reason: 'left out by a rule' },
    ]);
  });

  it.each<[string, (layer: Mixing) => object]>([
    ['a weight of another layer', () => ({})],
    ['a shape of another size', ({ weights: [weight] }) => ({ weight, shape: [5, 5] })],
    ['a name that is none', ({ weights: [weight] }) => ({ weight, name: 'a/b' })],
    ['an axis twice', ({ weights: [weight] }) => ({ weight, permutation: [0, 0] })],
  ])('is refused: a hook that names %s', (_, matrix) => {
    class Wrong extends Mixing {
      override compressibleMatrices() {
        const [weight] = tf.sequential({ layers: [tf.layers.dense({ inputShape: [2], units: 2 })] }).layers[0].weights;
        return [{ name: 'it', weight, ...matrix(this) }] as never;
      }
    }
    const model = tf.sequential({ layers: [new Wrong({ inputShape: [12] } as never)] });
    try {
      compressModel(model, everything);
    } catch (error) {
      if (!isGCompressError(error)) throw error;
      expect(error.code).toBe('invalid-option');
      return;
    }
    expect.unreachable();
  });

  it('is refused on loading if its class is not registered: compressed, packed or skipped', async () => {
    class Unknown extends Mixing {
      static override readonly className: string = 'Unknown';
    }
    const model = tf.sequential({
      layers: [new Unknown({ inputShape: [12], name: 'it' } as never), tf.layers.dense({ units: 10, name: 'out' })],
    });
    const { model: small } = await compressed(model);
    const { model: other } = await compressed(model, { ...everything, rules: [{ name: 'out' }] });
    for (const each of [small, stripCompression(small)]) {
      await expect(loadArtifacts(await savedArtifacts(each))).rejects.toThrow(
        /layers of registered classes, got a compressed layer of class 'Unknown'.*registerClass\(Unknown\)/,
      );
    }
    await expect(loadArtifacts(await savedArtifacts(other))).rejects.toThrow(/Unknown layer: Unknown.*registerClass/s);
  });
});

it('saving keeps names and options that TensorFlow.js would rewrite', async () => {
  class Odd extends Mixing {
    static override readonly className: string = 'Odd';
    override compressibleMatrices() {
      return super.compressibleMatrices().map((matrix) => ({ ...matrix, name: `My_${matrix.name}` }) as never);
    }
  }
  tf.serialization.registerClass(Odd);
  const model = tf.sequential({ layers: [new Odd({ inputShape: [12], name: 'it' } as never)] });
  const { model: small } = compressModel(model, { ...everything, schedule: linearAlpha({ begin: 3, end: 9 }) });
  const loaded = await loadArtifacts(await savedArtifacts(small));
  const told = (each: tf.LayersModel) =>
    compressedLayers(each).flatMap(({ ops }) => ops.map((op) => [op.name, op.schedule.config, op.compressor.options]));
  expect(told(loaded)).toEqual(told(small));
  expect(told(small).map(([name]) => name)).toEqual(['it/My_linear', 'it/My_square']);
});
