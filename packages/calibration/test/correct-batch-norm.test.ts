// BatchNorm statistics after compression: the outputs of the layers keep their means and variances.
import { createRandom } from '@gcompress/core';
import * as tf from '@tensorflow/tfjs';
import { beforeAll, expect, it } from 'vitest';
import { correctBatchNorm } from '../src/index.ts';
import { artifactsOf } from './artifacts.ts';

beforeAll(() => tf.setBackend('cpu'));

function network(): tf.LayersModel {
  const kernelInitializer = (seed: number) => tf.initializers.glorotNormal({ seed });
  return tf.sequential({
    layers: [
      tf.layers.conv2d({
        inputShape: [5, 5, 2],
        filters: 6,
        kernelSize: 3,
        name: 'conv',
        kernelInitializer: kernelInitializer(1),
      }),
      tf.layers.batchNormalization({ name: 'first' }),
      tf.layers.activation({ activation: 'relu' }),
      tf.layers.conv2d({
        filters: 4,
        kernelSize: 3,
        useBias: false,
        name: 'next',
        kernelInitializer: kernelInitializer(2),
      }),
      tf.layers.batchNormalization({ name: 'second', scale: false }),
      tf.layers.flatten(),
    ],
  });
}

function images(count: number): tf.Tensor {
  const random = createRandom(5);
  return tf.tensor(
    Float32Array.from({ length: count * 50 }, () => 0.5 + random.normal()),
    [count, 5, 5, 2],
  );
}

/** A network whose statistics are not the initial ones, and its artifacts with kernels of another size and place. */
async function pair() {
  const original = network();
  for (const name of ['first', 'second']) {
    const weights = original.getLayer(name).getWeights();
    original.getLayer(name).setWeights(weights.map((one, at) => one.add(0.1 * at + 0.05)));
  }
  const changed = network();
  changed.setWeights(
    original
      .getWeights()
      .map((one) => (one.rank < 4 ? one : one.mul(0.7).add(tf.randomNormal(one.shape, 0, 0.01, 'float32', 3)))),
  );
  return { original, compressed: await artifactsOf(changed) };
}

/** Mean and variance of each output channel of a layer. */
function channels(model: tf.LayersModel, layer: string, x: tf.Tensor): number[] {
  const part = tf.model({ inputs: model.inputs, outputs: model.getLayer(layer).output });
  const { mean, variance } = tf.moments(part.predict(x) as tf.Tensor, [0, 1, 2]);
  return [...mean.dataSync(), ...variance.dataSync()];
}

it('outputs of each layer get the means and variances of the original, and the error falls', async () => {
  const { original, compressed } = await pair();
  const x = images(24);
  const given = new Uint8Array(compressed.weightData as ArrayBuffer).slice();
  const result = await correctBatchNorm(original, compressed, x, { load: tf.loadLayersModel, batchSize: 24 });
  expect(result.corrected).toEqual(['first', 'second']);
  expect(result.error.after).toBeLessThan(0.6 * result.error.before);
  expect(new Uint8Array(compressed.weightData as ArrayBuffer)).toEqual(given);
  const corrected = await tf.loadLayersModel({ load: async () => result.artifacts });
  for (const layer of result.corrected) {
    const [expected, got] = [channels(original, layer, x), channels(corrected, layer, x)];
    for (const [at, value] of expected.entries()) expect(Math.abs(got[at] - value)).toBeLessThan(1e-3);
  }
  const [y, t] = [corrected, original].map((model) => model.predict(x) as tf.Tensor);
  expect(y.sub(t).norm().div(t.norm()).dataSync()[0]).toBeCloseTo(result.error.after, 4);
});

it('corrects layers inside nested models and wrappers, and a nested model that is called twice', async () => {
  const nested = (called: number) => {
    const inside = network();
    const x = tf.input({ shape: [5, 5, 2] });
    const parts = Array.from({ length: called }, (_, at) => {
      const moved = tf.layers.activation({ activation: at === 0 ? 'linear' : 'tanh' }).apply(x);
      return inside.apply(moved) as tf.SymbolicTensor;
    });
    const sum = called === 1 ? parts[0] : (tf.layers.add().apply(parts) as tf.SymbolicTensor);
    const steps = tf.layers.reshape({ targetShape: [2, 2] }).apply(sum);
    const wrapped = tf.layers.timeDistributed({ layer: tf.layers.batchNormalization({ name: 'wrapped' }) });
    return tf.model({ inputs: x, outputs: wrapped.apply(steps) as tf.SymbolicTensor });
  };
  for (const called of [1, 2]) {
    const original = nested(called);
    const changed = nested(called);
    changed.setWeights(
      original
        .getWeights()
        .map((one) => (one.rank < 4 ? one : one.mul(0.7).add(tf.randomNormal(one.shape, 0, 0.01, 'float32', 3)))),
    );
    const artifacts = await artifactsOf(changed);
    const x = images(24);
    const result = await correctBatchNorm(original, artifacts, x, { load: tf.loadLayersModel, batchSize: 24 });
    expect(result.corrected).toEqual(['first', 'second', 'wrapped']);
    expect(result.error.after).toBeLessThan(0.6 * result.error.before);
    const corrected = await tf.loadLayersModel({ load: async () => result.artifacts });
    const [y, t] = [corrected, original].map((model) => model.predict(x) as tf.Tensor);
    expect(y.sub(t).norm().div(t.norm()).dataSync()[0]).toBeCloseTo(result.error.after, 4);
    const inside = original.layers.find((layer) => layer.getClassName() === 'Sequential') as unknown as tf.LayersModel;
    expect(Object.hasOwn(inside.getLayer('first'), 'call')).toBe(false);
  }
});

it('several batches, in two passes over an iterable, give nearly the same', async () => {
  const { original, compressed } = await pair();
  const [first, second] = tf.split(images(24), 2);
  const options = { load: tf.loadLayersModel };
  const once = await correctBatchNorm(original, compressed, images(24), { ...options, batchSize: 24 });
  const twice = await correctBatchNorm(original, compressed, [[first], [second]], options);
  expect(Math.abs(twice.error.after - once.error.after)).toBeLessThan(0.1 * once.error.after);
});

it('a model that is not compressed stays as it is', async () => {
  const original = network();
  const artifacts = await artifactsOf(original);
  const result = await correctBatchNorm(original, artifacts, images(8), { load: tf.loadLayersModel });
  expect(result).toEqual({ artifacts, corrected: [], error: { before: 0, after: expect.any(Number) } });
  expect(result.error.after).toBeLessThan(1e-4);
});

it('leaves no tensor behind, tells progress and can be aborted', async () => {
  const { original, compressed } = await pair();
  const x = images(8);
  const before = tf.memory().numTensors;
  const told: number[] = [];
  const options = { load: tf.loadLayersModel, batchSize: 2 };
  await correctBatchNorm(original, compressed, x, { ...options, onProgress: (done) => told.push(done) });
  expect(tf.memory().numTensors).toBe(before);
  expect(told).toEqual([0, 0.125, 0.25, 0.375, 0.5, 0.625, 0.75, 0.875, 1]);
  const aborted = correctBatchNorm(original, compressed, x, {
    ...options,
    signal: AbortSignal.abort(new Error('stop')),
  });
  await expect(aborted).rejects.toThrow('stop');
  expect(tf.memory().numTensors).toBe(before);
  expect(Object.hasOwn(original.getLayer('first'), 'call')).toBe(false);
});

it('refuses graph models, models without BatchNorm, other models, and NaN', async () => {
  const { original, compressed } = await pair();
  const plain = tf.sequential({ layers: [tf.layers.dense({ inputShape: [3], units: 2 })] });
  const options = { load: tf.loadLayersModel };
  const graph = { executeAsync() {} } as unknown as tf.LayersModel;
  await expect(correctBatchNorm(graph, compressed, images(2), options)).rejects.toMatchObject({ code: 'unsupported' });
  await expect(correctBatchNorm(plain, await artifactsOf(plain), tf.ones([2, 3]), options)).rejects.toThrow(
    /without them/,
  );
  await expect(correctBatchNorm(original, await artifactsOf(plain), images(2), options)).rejects.toThrow(
    /layer 'first'/,
  );
  await expect(
    correctBatchNorm(original, compressed, tf.fill([2, 5, 5, 2], Number.NaN), options),
  ).rejects.toMatchObject({
    code: 'non-finite',
  });
});
