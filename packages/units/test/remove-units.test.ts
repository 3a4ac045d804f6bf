// Choices of units, compensation from moments, and what other packages do with the smaller model.
import { calibrate } from '@gcompress/calibration';
import { isGCompressError } from '@gcompress/core';
import { lowRank } from '@gcompress/lowrank';
import { pack } from '@gcompress/packed';
import { packedModel } from '@gcompress/packed/load';
import { compressNow } from '@gcompress/post-training';
import { compressAtOnce } from '@gcompress/scheduler';
import { compressModel, stripCompression } from '@gcompress/tfjs/layers';
import * as tf from '@tensorflow/tfjs';
import fc from 'fast-check';
import { beforeAll, describe, expect, it } from 'vitest';
import { type RemoveUnitsOptions, removeUnits } from '../src/index.ts';
import { withRandomWeights } from './architectures.ts';
import { artifactsOf, disposeWeights, distance } from './masked.ts';

beforeAll(async () => {
  await tf.setBackend('cpu');
});

/** Pictures `[6, 6, 2]` to 4 numbers, with two groups of units. */
function network(seed = 5): tf.Sequential {
  return withRandomWeights(
    tf.sequential({
      layers: [
        tf.layers.conv2d({ inputShape: [6, 6, 2], filters: 8, kernelSize: 3, activation: 'relu', name: 'conv' }),
        tf.layers.maxPooling2d({ poolSize: 2 }),
        tf.layers.flatten(),
        tf.layers.dense({ units: 16, activation: 'relu', name: 'hidden' }),
        tf.layers.dense({ units: 4, name: 'out' }),
      ],
    }),
    seed,
  );
}

const pictures = (count: number, seed: number) => tf.randomNormal([count, 6, 6, 2], 0, 1, 'float32', seed);

describe('choices', () => {
  it('keeps numbers of units by name, fractions, and what the ratio leaves', async () => {
    const model = network();
    const unitsOf = async (options: RemoveUnitsOptions) => {
      const { model: small, report } = await removeUnits(model, options);
      disposeWeights(small);
      expect(small.countParams()).toBe(report.weights.after);
      return report;
    };
    const numbers = await unitsOf({ keep: { hidden: 3 } });
    expect(numbers.layers.map(({ layer, before, after }) => [layer, before, after])).toEqual([
      ['conv', 8, 8],
      ['hidden', 16, 3],
      ['out', 4, 4],
    ]);
    const half = await unitsOf({ keep: 0.5 });
    expect(half.layers.map(({ after }) => after)).toEqual([4, 8, 4]);
    // conv 3·3·2·4 + 4, hidden 16·8 + 8, out 8·4 + 4
    expect(half.weights).toEqual({ before: 748, after: 248 });
    // conv at 4 × 4 positions
    expect(half.multiplyAdds).toEqual({ before: 16 * 144 + 512 + 64, after: 16 * 72 + 128 + 32 });
    expect(String(half)).toContain('hidden: 16 → 8 units');
    await fc.assert(
      fc.asyncProperty(fc.double({ min: 1, max: 20, noNaN: true }), async (ratio) => {
        const { weights } = await unitsOf({ ratio });
        expect(weights.after).toBeLessThanOrEqual(weights.before / ratio);
      }),
      { numRuns: 20 },
    );
    disposeWeights(model);
  });

  it('removes the units of least importance, by norms, by what was given, or as named', async () => {
    const model = network();
    const kernel = model.getLayer('hidden').weights[0].read() as tf.Variable;
    const quiet = tf.tensor(Float32Array.from({ length: 16 }, (_, unit) => ([2, 9].includes(unit) ? 1e-3 : 1)));
    kernel.assign(kernel.mul(quiet));
    const removedBy = async (options: RemoveUnitsOptions) => {
      const { model: small, removed } = await removeUnits(model, options);
      disposeWeights(small);
      return removed;
    };
    expect(await removedBy({ keep: { hidden: 14 } })).toEqual({ hidden: [2, 9] });
    const importance = new Map([['hidden', Float64Array.from({ length: 16 }, (_, unit) => (unit + 5) % 16)]]);
    expect(await removedBy({ keep: { hidden: 14 }, importance })).toEqual({ hidden: [11, 12] });
    expect(await removedBy({ removed: { conv: [3, 0, 3] } })).toEqual({ conv: [0, 3] });
    disposeWeights(model);
    quiet.dispose();
  });

  it('prefers units whose inputs move to units of larger weights, where moments say so', async () => {
    const model = network();
    const bias = model.getLayer('hidden').weights[1].read() as tf.Variable;
    // Unit 4 never passes its relu, whatever its weights; the others do
    bias.assign(tf.tensor(Float32Array.from({ length: 16 }, (_, unit) => (unit === 4 ? -1000 : 30))));
    const images = pictures(32, 1);
    const { moments: inputMoments } = await calibrate(model, images);
    const { model: small, removed } = await removeUnits(model, { keep: { hidden: 15 }, inputMoments });
    expect(removed).toEqual({ hidden: [4] });
    expect(distance(model, small, images)).toBeLessThan(1e-4);
    for (const each of [model, small]) disposeWeights(each);
    images.dispose();
  });
});

it('compensates: less output error on other inputs than cutting alone, and none for units that repeat others', async () => {
  const model = network();
  const [images, unseen] = [pictures(128, 1), pictures(64, 2)];
  const { moments: inputMoments, inputSums } = await calibrate(model, images);
  const errorOf = async (options: Partial<RemoveUnitsOptions>) => {
    const tensors = tf.memory().numTensors;
    const { model: small } = await removeUnits(model, { keep: 0.5, inputMoments, ...options });
    const error = squaredError(model, small, unseen);
    disposeWeights(small);
    expect(tf.memory().numTensors).toBe(tensors);
    return error;
  };
  const cut = await errorOf({ compensate: false });
  const compensated = await errorOf({});
  const withBiases = await errorOf({ inputSums });
  expect(compensated).toBeLessThan(0.8 * cut);
  expect(withBiases).toBeLessThan(compensated);

  // Unit 5 is made a copy of unit 3
  const [kernel, bias] = model.getLayer('hidden').weights.map((weight) => weight.read() as tf.Variable);
  for (const variable of [kernel, bias]) {
    const order = tf.tensor1d([0, 1, 2, 3, 4, 3, 6, 7, 8, 9, 10, 11, 12, 13, 14, 15], 'int32');
    variable.assign(tf.gather(variable, order, variable.rank - 1));
  }
  const again = await calibrate(model, images);
  const options = { removed: { hidden: [5] }, inputMoments: again.moments, compensate: true };
  const { model: small } = await removeUnits(model, options);
  expect(squaredError(model, small, unseen)).toBeLessThan(1e-4);
  for (const each of [model, small]) disposeWeights(each);
});

it('gives a model that compressModel, compressNow and pack accept', async () => {
  const model = network();
  const { model: small } = await removeUnits(model, { keep: 0.5 });
  const images = pictures(8, 3);
  const compressed = compressModel(small, {
    method: lowRank({ rank: 4 }),
    schedule: compressAtOnce(),
    minWeights: 100,
  });
  compressed.model.compile({ optimizer: 'sgd', loss: 'meanSquaredError' });
  await compressed.model.fit(images, tf.zeros([8, 4]), { epochs: 1, verbose: 0, callbacks: compressed.callback });
  const stripped = stripCompression(compressed.model);
  expect(stripped.countParams()).toBeLessThan(small.countParams());

  const { bytes } = await pack(await artifactsOf(small));
  expect(bytes.length).toBeLessThan((await pack(await artifactsOf(model))).bytes.length);
  const loaded = await tf.loadLayersModel(packedModel(bytes));
  expect(distance(small, loaded, images)).toBeLessThan(0.2);
  const { report } = await compressNow(small, { budget: { bytes: 2000 } });
  expect(report.bytes).toBeLessThanOrEqual(2000);
});

it('keeps names, frozen layers, metadata and the classes of layers', async () => {
  const model = network();
  model.getLayer('conv').trainable = false;
  model.setUserDefinedMetadata({ labels: ['a', 'b'] });
  const { model: small } = await removeUnits(model, { keep: 0.5 });
  expect(small.name).toBe(model.name);
  expect(small.inputs[0].sourceLayer.name).toBe(model.inputs[0].sourceLayer.name);
  expect(small.layers.map(({ name, trainable }) => [name, trainable])).toEqual(
    model.layers.map(({ name, trainable }) => [name, trainable]),
  );
  expect(small.trainableWeights).toHaveLength(model.trainableWeights.length);
  expect(small.getUserDefinedMetadata()).toEqual({ labels: ['a', 'b'] });
  for (const each of [model, small]) disposeWeights(each);
});

describe('refusals', () => {
  it.each<[string, string, (model: tf.LayersModel) => unknown]>([
    ['no choice', 'invalid-option', () => ({})],
    ['two choices', 'invalid-option', () => ({ keep: 0.5, ratio: 2 })],
    ['a misspelt option', 'unknown-option', () => ({ keeps: 0.5 })],
    ['a fraction of 0', 'invalid-option', () => ({ keep: 0 })],
    ['more units than there are', 'invalid-option', () => ({ keep: { hidden: 17 } })],
    ['a layer that is left alone', 'invalid-option', () => ({ keep: { out: 2 } })],
    ['a layer that is not there', 'invalid-option', () => ({ keep: { other: 2 } })],
    ['all units', 'invalid-option', () => ({ removed: { conv: [0, 1, 2, 3, 4, 5, 6, 7] } })],
    ['a unit that is not there', 'invalid-option', () => ({ removed: { conv: [8] } })],
    ['a ratio out of reach', 'budget-unreachable', () => ({ ratio: 1000 })],
    ['importance of another length', 'shape-mismatch', () => ({ keep: 0.5, importance: new Map([['conv', [1]]]) })],
    [
      'NaN as importance',
      'invalid-option',
      () => ({ keep: 0.5, importance: new Map([['conv', Array(8).fill(Number.NaN)]]) }),
    ],
    ['compensation without moments', 'invalid-option', () => ({ keep: 0.5, compensate: true })],
    [
      'moments of another model',
      'shape-mismatch',
      () => ({ keep: 0.5, inputMoments: new Map([['out/kernel', { size: 1, count: 1, values: Float64Array.of(1) }]]) }),
    ],
    [
      'NaN in a weight',
      'non-finite',
      (model) => {
        (model.getLayer('hidden').weights[1].read() as tf.Variable).assign(tf.fill([16], Number.NaN));
        return { keep: 0.5 };
      },
    ],
  ])('refuses %s, and changes nothing', async (_title, code, optionsOf) => {
    const model = network();
    const options = optionsOf(model) as RemoveUnitsOptions;
    const tensors = tf.memory().numTensors;
    const error = await removeUnits(model, options).catch((thrown: unknown) => thrown);
    expect(isGCompressError(error, code), String(error)).toBe(true);
    expect(tf.memory().numTensors).toBe(tensors);
    disposeWeights(model);
  });

  it('refuses a model in which nothing can be removed, with the reasons', async () => {
    const model = tf.sequential({ layers: [tf.layers.dense({ inputShape: [3], units: 2, name: 'only' })] });
    await expect(removeUnits(model, { keep: 0.5 })).rejects.toThrow('only (its units reach an output of the model)');
  });

  it('stops when it is aborted, and tells what is done', async () => {
    const model = network();
    const images = pictures(16, 1);
    const { moments: inputMoments } = await calibrate(model, images);
    const done: number[] = [];
    const { model: small } = await removeUnits(model, {
      keep: 0.5,
      inputMoments,
      onProgress: (part) => done.push(part),
    });
    expect(done[0]).toBe(0);
    expect(done.at(-1)).toBe(1);
    expect(done).toEqual([...done].sort((a, b) => a - b));
    const controller = new AbortController();
    const tensors = tf.memory().numTensors;
    const stopped = removeUnits(model, {
      keep: 0.5,
      inputMoments,
      signal: controller.signal,
      onProgress: (part) => {
        if (part > 0) controller.abort(new Error('enough'));
      },
    });
    await expect(stopped).rejects.toThrow('enough');
    expect(tf.memory().numTensors).toBe(tensors);
    for (const each of [model, small]) disposeWeights(each);
  });
});

/** Squared error of the outputs relative to their squares. */
function squaredError(model: tf.LayersModel, small: tf.LayersModel, inputs: tf.Tensor): number {
  return tf.tidy(() => {
    const [expected, actual] = [model, small].map((each) => each.predict(inputs) as tf.Tensor);
    return expected.sub(actual).square().sum().div(expected.square().sum()).dataSync()[0];
  });
}
