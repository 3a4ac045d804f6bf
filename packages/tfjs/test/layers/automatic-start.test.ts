// A compression that starts when a value has settled.
import { linearAlpha, settling } from '@gcompress/scheduler';
import { uniform } from '@gcompress/uniform';
import * as tf from '@tensorflow/tfjs';
import { beforeAll, describe, expect, it } from 'vitest';
import { checkpointCallback } from '../../src/callbacks/index.ts';
import { type CompressModelOptions, compressedLayers, compressModel } from '../../src/layers/index.ts';
import { stableRank } from '../../src/training/stable-rank.ts';
import { useTestBackend } from '../backend.ts';
import { memoryStore } from '../callbacks/memory-store.ts';
import { classes, compile, smallNetwork, train, weightValues } from '../networks.ts';

beforeAll(useTestBackend);

const data = classes();
const STEPS = 4;

function compressed(start: CompressModelOptions['start'], rate = 0.01) {
  const schedule = linearAlpha({ begin: 0, end: 7, frequency: 2, refactorEvery: 1 });
  const method = uniform({ bits: 2 });
  const { model, callback } = compressModel(smallNetwork(), {
    method,
    schedule,
    minWeights: 100,
    ...(start && { start }),
  });
  compile(model, tf.train.adam(rate));
  return { model, callback, steps: () => compressedLayers(model)[0].ops[0].state.steps };
}

describe('start', () => {
  it('waits until the loss has settled, and then runs the schedule from its step 0', async () => {
    // At a rate of 0 the loss never changes: settled after one value and two more
    const { model, callback, steps } = compressed({ when: settling(), latest: 10 }, 0);
    await train(model, data, 3, [callback]);
    expect(callback.started).toBe(true);
    expect(steps()).toBe(0);
    await train(model, data, 2, [callback]);
    expect(steps()).toBe(2 * STEPS);
    expect(compressedLayers(model).every(({ ops }) => ops.every(({ alpha }) => alpha === 0))).toBe(true);
  });

  it('comes at the latest epoch if the value goes on changing', async () => {
    const when = settling({ tolerance: 0, patience: 50 });
    const { model, callback, steps } = compressed({ when, latest: 4 });
    await train(model, data, 5, [callback]);
    expect(steps()).toBe(STEPS);
  });

  it('may watch a metric, or the stable rank of the matrices', async () => {
    const accuracy = compressed({ when: settling({ mode: 'rising', patience: 1 }), monitor: 'acc', latest: 10 }, 0);
    await train(accuracy.model, data, 2, [accuracy.callback]);
    expect(accuracy.callback.started).toBe(true);
    const rank = compressed({ when: settling({ mode: 'steady', patience: 1 }), monitor: 'stableRank', latest: 10 }, 0);
    await train(rank.model, data, 2, [rank.callback]);
    expect(rank.callback.started).toBe(true);
  });

  it('goes on from a checkpoint bit for bit, before and after the start', async () => {
    const go = async (store: ReturnType<typeof memoryStore>, epochs: number) => {
      const when = settling({ tolerance: 0.9, patience: 3 });
      const { model, callback } = compressed({ when, latest: 20 });
      const checkpoint = checkpointCallback(model, store, { monitor: null });
      const { epoch } = await checkpoint.restore();
      const fit = { epochs, initialEpoch: epoch, batchSize: 16, shuffle: false, verbose: 0 } as const;
      await model.fit(data.xs, data.ys, { ...fit, callbacks: [checkpoint, callback] });
      return weightValues(model);
    };
    const unbroken = await go(memoryStore(), 6);
    for (const stop of [2, 4, 5]) {
      const store = memoryStore();
      await go(store, stop);
      expect(await go(store, 6)).toEqual(unbroken);
    }
  });

  it.each<[string, object, string]>([
    ['a start without a latest epoch', { when: settling() }, 'invalid-option'],
    ['a number of steps', { when: 100, latest: 3 }, 'invalid-option'],
    ['a misspelt option', { when: settling(), latest: 3, monitors: 'loss' }, 'unknown-option'],
  ])('refuses %s', (_, start, code) => {
    expect(() => compressed(start as never)).toThrow(expect.objectContaining({ code }));
  });

  it('refuses a metric that fit does not report', async () => {
    const { model, callback } = compressed({ when: settling(), monitor: 'val_loss', latest: 3 });
    await expect(train(model, data, 1, [callback])).rejects.toThrow(/val_loss/);
  });
});

it('the stable rank is the number of equal singular values, and 1 for an outer product', async () => {
  const identity = Float32Array.from({ length: 64 }, (_, at) => (at % 9 === 0 ? 1 : 0));
  expect(await stableRank({ shape: [8, 8], data: identity })).toBeCloseTo(8, 3);
  const outer = Float32Array.from({ length: 24 }, (_, at) => (1 + Math.floor(at / 4)) * (2 + (at % 4)));
  expect(await stableRank({ shape: [6, 4], data: outer })).toBeCloseTo(1, 4);
  expect(await stableRank({ shape: [2, 2], data: new Float32Array(4) })).toBe(0);
});
