import { GCompressError } from '@gcompress/core';
import { linearAlpha } from '@gcompress/scheduler';
import * as tf from '@tensorflow/tfjs';
import { beforeAll, describe, expect, it } from 'vitest';
import {
  constantRate,
  earlyStopCallback,
  learningRateCallback,
  progressCallback,
  summaryCallback,
} from '../../src/callbacks/index.ts';
import { compressionCallback } from '../../src/layers/index.ts';
import type { Summary } from '../../src/summaries/index.ts';
import { useTestBackend } from '../backend.ts';
import { classes, train } from '../networks.ts';
import { compressedNetwork, untilStep9 } from './compressed-network.ts';

beforeAll(useTestBackend);

const data = classes();

/** A callback that ends a training at this moment. */
function failing(moment: 'onTrainBegin' | 'onBatchBegin' | 'onBatchEnd' | 'onEpochEnd' | 'onTrainEnd'): tf.Callback {
  class Failing extends tf.Callback {}
  const callback = new Failing();
  callback[moment] = () => Promise.reject(new Error('ended'));
  return callback;
}

describe('after a fit that was rejected', () => {
  for (const moment of ['onTrainBegin', 'onBatchBegin', 'onBatchEnd', 'onEpochEnd', 'onTrainEnd'] as const) {
    it(`in ${moment}, a fit without the callback is refused at its first step, and a fit with it counts all steps`, async () => {
      for (const first of [true, false]) {
        const { model, callback } = compressedNetwork();
        const both = first ? [failing(moment), callback] : [callback, failing(moment)];
        await expect(train(model, data, 1, both)).rejects.toThrow('ended');
        const steps = model.optimizer.iterations;
        await expect(train(model, data, 1, [])).rejects.toMatchObject({ code: 'not-ready' });
        expect(model.optimizer.iterations).toBe(steps);
        await train(model, data, 1, [callback]);
        expect(model.optimizer.iterations).toBe(steps + 4);
        await train(model, data, 1, [compressionCallback(model)]);
      }
    });
  }

  it('a second model around the same layers is refused too', async () => {
    const { model, callback } = compressedNetwork();
    await expect(train(model, data, 1, [callback, failing('onBatchEnd')])).rejects.toThrow('ended');
    const other = tf.model({ inputs: model.inputs, outputs: model.outputs });
    other.compile({ optimizer: 'sgd', loss: 'categoricalCrossentropy' });
    await expect(other.fit(data.xs, data.ys, { epochs: 1, verbose: 0 })).rejects.toBeInstanceOf(GCompressError);
  });

  it('an abandoned custom loop may begin again, and a fit after it needs the callback', async () => {
    const { model, callback } = compressedNetwork();
    for (let round = 0; round < 2; round++) {
      await callback.onTrainBegin();
      tf.dispose(await model.trainOnBatch(data.xs, data.ys));
      await callback.onBatchEnd();
    }
    await expect(train(model, data, 1, [])).rejects.toMatchObject({ code: 'not-ready' });
    await train(model, data, 1, [callback]);
  });
});

describe('a callback that is passed twice', () => {
  it('is refused before the first step, and so is a second callback that counts steps', async () => {
    const { model, callback } = compressedNetwork();
    const all = [
      callback,
      earlyStopCallback({ monitor: 'loss' }),
      learningRateCallback(constantRate(0.1)),
      progressCallback(() => {}),
      summaryCallback([]),
    ];
    for (const twice of all) {
      await expect(train(model, data, 1, [...all, twice])).rejects.toThrow(/callbacks: expected each callback once/);
    }
    const second = compressionCallback(model);
    await expect(train(model, data, 1, [callback, second])).rejects.toThrow(
      /expected one compression callback, got two/,
    );
    expect(model.optimizer.iterations).toBe(0);
    // In one fit after another they may be the same
    for (let round = 0; round < 2; round++) await train(model, data, 1, all);
    expect(model.optimizer.iterations).toBe(8);
  });
});

describe('a schedule that is longer than the training', () => {
  it('gives a warning when fit begins, and other schedules do not', async () => {
    const told: string[] = [];
    const { model } = compressedNetwork(untilStep9);
    const callback = compressionCallback(model, { onWarning: (warning) => told.push(warning) });
    // Alpha is 0 after step 9; eight steps are too few
    await train(model, data, 2, [callback]);
    expect(told).toEqual([expect.stringMatching(/^fc2\/kernel: alpha reaches 0 at step 9, .* before step 8/)]);
    expect(callback.warnings).toEqual(told);
    await train(model, data, 1, [callback]);
    expect(callback.warnings).toEqual([]);
    await train(model, data, 1, [callback]);
    expect(told.length).toBe(1);
  });

  it('gives a warning from the first step too many on, but not for a training of unknown length', async () => {
    for (const [end, warnings] of [
      [6, 0],
      [7, 0],
      [8, 1],
    ]) {
      const { model, callback } = compressedNetwork(linearAlpha({ begin: 2, end, frequency: 1 }));
      await train(model, data, 2, [callback]);
      expect(callback.warnings.length).toBe(warnings);
    }
    const { model, callback } = compressedNetwork();
    const batches = tf.data.generator(function* () {
      yield { xs: data.xs.clone(), ys: data.ys.clone() };
    });
    await model.fitDataset(batches, { epochs: 1, callbacks: [callback], verbose: 0 });
    expect(callback.warnings).toEqual([]);
    const known = compressedNetwork();
    await known.model.fitDataset(batches, { epochs: 1, batchesPerEpoch: 1, callbacks: [known.callback], verbose: 0 });
    expect(known.callback.warnings.length).toBe(1);
  });
});

it('training begins at once, even if the file claims an endless number of optimizer steps', async () => {
  for (const steps of [2 ** 31 - 1, Number.POSITIVE_INFINITY]) {
    const { model, callback } = compressedNetwork();
    await model.optimizer.setWeights([{ name: 'iter', tensor: tf.scalar(steps) }]);
    callback.setModel(model);
    await callback.onTrainBegin();
    const { accBeta1 } = model.optimizer as unknown as { accBeta1: tf.Variable };
    expect(accBeta1.dataSync()[0]).toBeLessThan(1e-44);
  }
});

it('a finished training that begins again writes no summary of a step twice', async () => {
  const { model, callback } = compressedNetwork();
  const written: Summary[] = [];
  const summaries = () => summaryCallback([{ write: (these) => void written.push(...these) }]);
  await train(model, data, 1, [callback, summaries()]);
  const { length } = written;
  await model.fit(data.xs, data.ys, { epochs: 1, initialEpoch: 1, callbacks: [callback, summaries()], verbose: 0 });
  expect(written.length).toBe(length);
});
