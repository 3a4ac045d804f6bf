// BatchNorm of layers models, folded: same predictions, fewer layers; and the structures that do not allow it.
import { createRandom } from '@gcompress/core';
import { testRuns } from '@gcompress/fixtures/test-runs';
import * as tf from '@tensorflow/tfjs';
import fc from 'fast-check';
import { beforeAll, describe, expect, it } from 'vitest';
import { foldBatchNorm } from '../src/index.ts';
import { random } from './random-graphs.ts';
import { distance } from './run-graph.ts';

beforeAll(() => tf.setBackend('cpu'));

/** The artifacts that a model's `save` passes to its handler. */
async function artifactsOf(model: tf.LayersModel, includeOptimizer = false): Promise<tf.io.ModelArtifacts> {
  const saved: tf.io.ModelArtifacts[] = [];
  await model.save(
    tf.io.withSaveHandler(async (artifacts) => {
      saved.push(artifacts);
      return { modelArtifactsInfo: { dateSaved: new Date(0), modelTopologyType: 'JSON' } };
    }),
    { includeOptimizer },
  );
  return saved[0];
}

/** Gives all weights values as after a training: variances above 0. */
function train(model: tf.LayersModel, seed: number): tf.LayersModel {
  const { normal, uniform } = createRandom(seed);
  for (const layer of model.layers) {
    const isNorm = layer.getClassName() === 'BatchNormalization';
    layer.setWeights(
      layer.getWeights().map(({ shape, size }, at) => {
        const isVariance = isNorm && at === layer.weights.length - 1;
        return tf.tensor(
          Float32Array.from({ length: size }, () => (isVariance ? 0.1 + uniform() : normal())),
          shape,
        );
      }),
    );
  }
  return model;
}

type Producer = (useBias: boolean) => { layer: tf.layers.Layer; shape: number[]; axis: number };

const producers: Readonly<Record<string, Producer>> = {
  dense: (useBias) => ({ layer: tf.layers.dense({ units: 4, useBias, name: 'own' }), shape: [3], axis: 1 }),
  'dense of sequences': (useBias) => ({
    layer: tf.layers.dense({ units: 4, useBias, name: 'own' }),
    shape: [4, 3],
    axis: 2,
  }),
  conv1d: (useBias) => ({
    layer: tf.layers.conv1d({ filters: 4, kernelSize: 3, strides: 2, padding: 'same', useBias, name: 'own' }),
    shape: [7, 3],
    axis: 2,
  }),
  conv2d: (useBias) => ({
    layer: tf.layers.conv2d({
      filters: 4,
      kernelSize: 3,
      padding: 'same',
      useBias,
      name: 'own',
    }),
    shape: [6, 5, 3],
    axis: 3,
  }),
  depthwise: (useBias) => ({
    layer: tf.layers.depthwiseConv2d({ kernelSize: 3, depthMultiplier: 2, useBias, name: 'own' }),
    shape: [6, 5, 3],
    axis: 3,
  }),
  separable: (useBias) => ({
    layer: tf.layers.separableConv2d({ filters: 4, kernelSize: 3, useBias, name: 'own' }),
    shape: [6, 5, 3],
    axis: 3,
  }),
  transposed: (useBias) => ({
    layer: tf.layers.conv2dTranspose({ filters: 4, kernelSize: 3, strides: 2, useBias, name: 'own' }),
    shape: [4, 3, 2],
    axis: 3,
  }),
};

it.each(Object.entries(producers))('%s predicts the same without the BatchNorm after it', async (_, producer) => {
  await fc.assert(
    fc.asyncProperty(
      fc.record({
        useBias: fc.boolean(),
        scale: fc.boolean(),
        center: fc.boolean(),
        named: fc.boolean(),
        functional: fc.boolean(),
        epsilon: fc.constantFrom(1e-3, 0.1),
        seed: fc.integer({ min: 0, max: 1000 }),
      }),
      async ({ useBias, scale, center, named, functional, epsilon, seed }) => {
        const { layer, shape, axis } = producer(useBias);
        const norm = tf.layers.batchNormalization({
          ...(named && { axis }),
          ...{ scale, center, epsilon, name: 'norm' },
        });
        const layers = [layer, norm, tf.layers.activation({ activation: 'relu', name: 'after' })];
        const input = tf.input({ shape });
        const last = layers.reduce((x, one) => one.apply(x) as tf.SymbolicTensor, input);
        const model = train(
          functional
            ? tf.model({ inputs: input, outputs: last })
            : tf.sequential({ layers: [tf.layers.inputLayer({ inputShape: shape }), ...layers] }),
          seed,
        );
        const { artifacts, folded, kept } = foldBatchNorm(await artifactsOf(model));
        expect(kept).toEqual([]);
        expect(folded[0]).toMatchObject({ name: 'norm', into: layer.getClassName() });
        expect(artifacts.weightSpecs?.map(({ name }) => name)).not.toContain('norm/moving_mean');
        const small = await tf.loadLayersModel({ load: async () => artifacts });
        expect(small.layers.map(({ name }) => name)).not.toContain('norm');
        const x = random(9, [2, ...shape]);
        const [before, after] = [model, small].map((one) => one.predict(x) as tf.Tensor);
        expect(distance(before, after)).toBeLessThan(2e-5);
        tf.dispose([x, before, after]);
        model.dispose();
        small.dispose();
      },
    ),
    { numRuns: testRuns(6) },
  );
});

const conv = (name: string, more: object = {}) =>
  tf.layers.conv2d({ filters: 3, kernelSize: 3, padding: 'same', name, ...more });
const norm = (name = 'norm', more: object = {}) => tf.layers.batchNormalization({ name, ...more });
const apply = (layer: tf.layers.Layer, x: tf.SymbolicTensor | tf.SymbolicTensor[]) =>
  layer.apply(x) as tf.SymbolicTensor;

describe('a BatchNorm stays', () => {
  const input = () => tf.input({ shape: [5, 5, 3] });
  it.each<[reason: string, model: () => tf.LayersModel]>([
    [
      "Conv2D 'a' has an activation, relu",
      () => tf.sequential({ layers: [conv('a', { inputShape: [5, 5, 3], activation: 'relu' }), norm()] }),
    ],
    [
      "Activation 'between' comes before it, which has no kernel that could take it up",
      () =>
        tf.sequential({
          layers: [
            conv('a', { inputShape: [5, 5, 3] }),
            tf.layers.activation({ activation: 'relu', name: 'between' }),
            norm(),
          ],
        }),
    ],
    [
      'nothing of this model computes its inputs',
      () => tf.sequential({ layers: [norm('norm', { inputShape: [5, 5, 3] }), conv('a')] }),
    ],
    [
      "Conv2D 'a' is read elsewhere too",
      () => {
        const x = input();
        const a = apply(conv('a'), x);
        return tf.model({ inputs: x, outputs: apply(tf.layers.add(), [a, apply(norm(), a)]) });
      },
    ],
    [
      "Conv2D 'a' is called 2 times",
      () => {
        const x = input();
        const a = conv('a');
        return tf.model({ inputs: x, outputs: apply(norm(), apply(a, apply(a, x))) });
      },
    ],
    [
      'it is called 2 times',
      () => {
        const x = input();
        const shared = norm();
        const a = apply(shared, apply(conv('a'), x));
        return tf.model({ inputs: x, outputs: apply(shared, apply(conv('b'), a)) });
      },
    ],
    [
      "it normalizes along axis 1, which is not known to be that of the channels of Conv2D 'a'",
      () => tf.sequential({ layers: [conv('a', { inputShape: [3, 3, 3] }), norm('norm', { axis: 1 })] }),
    ],
    [
      'its channels come first, which backends of TensorFlow.js compute differently',
      () =>
        tf.sequential({
          layers: [conv('a', { inputShape: [3, 5, 5], dataFormat: 'channelsFirst' }), norm('norm', { axis: 1 })],
        }),
    ],
  ])('%s', async (reason, make) => {
    const model = train(make(), 3);
    const artifacts = await artifactsOf(model);
    const result = foldBatchNorm(artifacts);
    expect(result.kept).toEqual([{ name: 'norm', reason }]);
    expect(result.folded).toEqual([]);
    expect(result.artifacts.modelTopology).toEqual(JSON.parse(JSON.stringify(artifacts.modelTopology)));
    expect(result.artifacts.weightData).toEqual(artifacts.weightData);
  });

  it('where it is called as in training, and in a model that is saved with its optimizer', async () => {
    const x = input();
    const called = norm().apply(apply(conv('a'), x), { training: true }) as tf.SymbolicTensor;
    const { kept } = foldBatchNorm(await artifactsOf(tf.model({ inputs: x, outputs: called })));
    expect(kept[0].reason).toContain('as in training');
    const model = tf.sequential({ layers: [conv('a', { inputShape: [5, 5, 3] }), norm()] });
    model.compile({ optimizer: tf.train.momentum(0.1, 0.9), loss: 'meanSquaredError' });
    await model.trainOnBatch(tf.ones([1, 5, 5, 3]), tf.ones([1, 5, 5, 3]));
    expect(foldBatchNorm(await artifactsOf(model, true)).kept[0].reason).toContain('optimizer');
    expect(foldBatchNorm(await artifactsOf(model)).kept).toEqual([]);
  });
});

it('folds inside nested models, where several layers read the BatchNorm, and where it is the output', async () => {
  const inside = tf.sequential({ name: 'inside', layers: [conv('a', { inputShape: [5, 5, 3] }), norm('first')] });
  const x = tf.input({ shape: [5, 5, 3] });
  const b = apply(norm('second'), apply(conv('b', { useBias: false }), apply(inside, x)));
  const sum = apply(tf.layers.add(), [b, apply(tf.layers.reLU(), b)]);
  const last = apply(norm('third'), apply(conv('c'), sum));
  const model = tf.model({ inputs: x, outputs: [last, b] });
  train(inside, 1);
  for (const layer of model.layers)
    if (layer !== (inside as unknown)) layer.setWeights(layer.getWeights().map((one) => one.add(0.1)));
  const given = await artifactsOf(model);
  const before = JSON.stringify(given);
  const { artifacts, folded, kept } = foldBatchNorm(given);
  expect(JSON.stringify(given)).toBe(before);
  expect(kept).toEqual([]);
  expect(folded.map(({ name, kernel }) => [name, kernel]).sort()).toEqual([
    ['first', 'a/kernel'],
    ['second', 'b/kernel'],
    ['third', 'c/kernel'],
  ]);
  const small = await tf.loadLayersModel({ load: async () => artifacts });
  expect(small.layers.length).toBe(model.layers.length - 2);
  const picture = random(5, [2, 5, 5, 3]);
  const [expected, got] = [model, small].map((one) => one.predict(picture) as tf.Tensor[]);
  for (const at of [0, 1]) expect(distance(expected[at], got[at])).toBeLessThan(1e-5);
});

it('refuses anything but artifacts', () => {
  expect(() => foldBatchNorm(undefined as never)).toThrow('foldBatchNorm');
});
