// Gates fade units out in training, and end at the function of the smaller model.
import { linearAlpha, neverUpdate } from '@gcompress/scheduler';
import * as tf from '@tensorflow/tfjs';
import { beforeAll, describe, expect, it } from 'vitest';
import { removeUnits, UnitGates, unitCallback } from '../src/index.ts';
import { withRandomWeights } from './architectures.ts';
import { disposeWeights, distance, savedAndLoaded } from './masked.ts';

beforeAll(async () => {
  await tf.setBackend('cpu');
});

const schedule = linearAlpha({ begin: 2, end: 6, frequency: 1 });

/** A convolution with BatchNorm, an LSTM over its rows, and Dense layers: `[6, 6, 1]` to 3 classes. */
function network(): tf.LayersModel {
  const input = tf.input({ shape: [6, 6, 1] });
  const convolved = tf.layers.conv2d({ filters: 6, kernelSize: 5, activation: 'sigmoid', name: 'conv' }).apply(input);
  const normal = tf.layers.batchNormalization({ name: 'norm' }).apply(convolved);
  const rows = tf.layers.reshape({ targetShape: [4, 6] }).apply(normal);
  const lstm = tf.layers.lstm({ units: 5, name: 'lstm' }).apply(rows);
  const hidden = tf.layers.dense({ units: 8, activation: 'relu', name: 'hidden' }).apply(lstm);
  const outputs = tf.layers.dense({ units: 3, activation: 'softmax', name: 'out' }).apply(hidden) as tf.SymbolicTensor;
  return withRandomWeights(tf.model({ inputs: input, outputs }), 7);
}

function compiled(model: tf.LayersModel): tf.LayersModel {
  model.compile({ optimizer: tf.train.adam(0.01), loss: 'categoricalCrossentropy' });
  return model;
}

const xs = tf.tidy(() => tf.randomNormal([24, 6, 6, 1], 0, 1, 'float32', 3) as tf.Tensor4D);
const ys = tf.tidy(() => tf.oneHot(tf.range(0, 24, 1, 'int32').mod(3).toInt(), 3));
/** Four steps an epoch. */
const fit = (model: tf.LayersModel, epochs: number, callbacks: tf.Callback) => {
  return model.fit(xs, ys, { epochs, batchSize: 6, shuffle: false, verbose: 0, callbacks });
};

describe.each(['sgd', 'adam'] as const)('with %s', (optimizer) => {
  it('removes exactly what the gates have faded out', async () => {
    const model = network();
    model.compile({ optimizer, loss: 'categoricalCrossentropy' });
    const updates: [number, number][] = [];
    const callback = unitCallback(model, {
      keep: 0.5,
      schedule,
      onUpdate: ({ step, alpha }) => updates.push([step, alpha]),
    });
    await fit(model, 3, callback);
    const alphas = [0.8, 0.6, 0.4, 0.2, 0];
    expect(updates.map(([step]) => step)).toEqual([2, 3, 4, 5, 6]);
    for (const [at, [, alpha]] of updates.entries()) expect(alpha).toBeCloseTo(alphas[at], 6);
    const { removed } = callback.gates;
    expect(Object.fromEntries(Object.entries(removed).map(([name, { length }]) => [name, length]))).toEqual({
      conv: 3,
      lstm: 2,
      hidden: 4,
    });
    const { model: small, report } = await removeUnits(model, { removed });
    expect(report.weights.after).toBeLessThan(report.weights.before / 2);
    expect(distance(model, small, xs)).toBeLessThan(1e-6);
    for (const each of [model, small]) disposeWeights(each);
  });
});

it('multiplies the kernels and biases of chosen units by alpha, and leaves the others and BatchNorm as they are', async () => {
  const model = network();
  const before = values(model);
  const gates = new UnitGates(model, { removed: { conv: [1, 4] }, schedule: linearAlpha({ end: 3, frequency: 1 }) });
  const tensors = tf.memory().numTensors;
  expect(await gates.runUpdateStep()).toBe('chosen');
  expect(await gates.runUpdateStep()).toBe('updated');
  expect(tf.memory().numTensors).toBe(tensors);
  expect(gates.alpha).toBeCloseTo(0.5, 6);
  const after = values(model);
  const kernel = Array.from(before['conv/kernel'], (value, at) => ([1, 4].includes(at % 6) ? value / 2 : value));
  expectClose(after['conv/kernel'], kernel);
  const bias = Array.from(before['conv/bias'], (value, at) => ([1, 4].includes(at) ? value / 2 : value));
  expectClose(after['conv/bias'], bias);
  for (const name of Object.keys(before).filter((each) => /norm|out|hidden|recurrent/.test(each))) {
    expect(after[name]).toEqual(before[name]);
  }
  disposeWeights(model);
});

it('multiplies entries that compute and read chosen units once', async () => {
  const model = network();
  const before = values(model);
  const gates = new UnitGates(model, { removed: { lstm: [0] }, schedule: linearAlpha({ end: 3, frequency: 1 }) });
  await gates.runUpdateStep();
  const name = Object.keys(before).find((each) => each.endsWith('recurrent_kernel')) as string;
  expect(values(model)[name][0]).toBeCloseTo(0.75 * before[name][0], 6);
  disposeWeights(model);
});

it('goes on from its state and the weights, bit for bit', async () => {
  const make = () => {
    const model = network();
    model.compile({ optimizer: tf.train.sgd(0.1), loss: 'categoricalCrossentropy' });
    return model;
  };
  const options = { ratio: 2, schedule };
  const whole = make();
  await fit(whole, 3, unitCallback(whole, options));

  const first = make();
  const begun = unitCallback(first, options);
  await fit(first, 1, begun);
  const state = JSON.parse(JSON.stringify(begun.gates.state));
  const second = await savedAndLoaded(first);
  second.compile({ optimizer: tf.train.sgd(0.1), loss: 'categoricalCrossentropy' });
  await fit(second, 2, unitCallback(second, { ...options, state }));
  expect(Object.values(values(second))).toEqual(Object.values(values(whole)));
  for (const model of [whole, first, second]) disposeWeights(model);
});

it('chooses again with refactorEvery, and lets units that it no longer chooses train on', async () => {
  const model = network();
  const importance = new Map([['hidden', Float64Array.from({ length: 8 }, (_, unit) => unit)]]);
  const again = linearAlpha({ begin: 0, end: 3, frequency: 1, refactorEvery: 2 });
  const gates = new UnitGates(model, { keep: { hidden: 6 }, importance, schedule: again });
  const results: string[] = [];
  for (let step = 0; step < 5; step++) results.push(await gates.runUpdateStep());
  expect(results).toEqual(['chosen', 'updated', 'chosen', 'updated', 'idle']);
  expect(gates.removed).toEqual({ hidden: [0, 1] });
  const { model: small } = await removeUnits(model, { removed: gates.removed });
  expect(distance(model, small, xs)).toBeLessThan(1e-6);
  for (const each of [model, small]) disposeWeights(each);
});

it('refuses schedules that never reach 0, states of other models, and a callback listed twice', async () => {
  const model = compiled(network());
  const refused = (code: string) => expect.objectContaining({ code });
  expect(() => new UnitGates(model, { keep: 0.5, schedule: neverUpdate({}) })).toThrow(refused('invalid-option'));
  const state = { steps: 1, updates: 1, lastUpdateStep: 0, alpha: 0.5, removed: { other: [1] } };
  expect(() => new UnitGates(model, { keep: 0.5, schedule, state })).toThrow(refused('invalid-option'));
  const callback = unitCallback(model, { keep: 0.5, schedule });
  const before = values(model);
  await expect(model.fit(xs, ys, { epochs: 1, verbose: 0, callbacks: [callback, callback] })).rejects.toThrow(
    'the same callback twice',
  );
  expect(values(model)).toEqual(before);
  disposeWeights(model);
});

function values(model: tf.LayersModel): Record<string, Float32Array> {
  return Object.fromEntries(
    model.weights.map((weight) => [weight.originalName, Float32Array.from(weight.read().dataSync())]),
  );
}

function expectClose(actual: Float32Array, expected: readonly number[]): void {
  expect(actual).toHaveLength(expected.length);
  for (const [at, value] of expected.entries()) expect(actual[at]).toBeCloseTo(value, 6);
}
