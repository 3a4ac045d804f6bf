import * as tf from '@tensorflow/tfjs';
import { beforeAll, describe, expect, it } from 'vitest';
import {
  type CheckpointOptions,
  checkpointCallback,
  type EarlyStopOptions,
  earlyStopCallback,
  saveCheckpoint,
} from '../../src/callbacks/index.ts';
import { useTestBackend } from '../backend.ts';
import { classes, compile, smallNetwork, weightValues } from '../networks.ts';
import { compressedNetwork } from './compressed-network.ts';
import { type MemoryStore, memoryStore } from './memory-store.ts';

beforeAll(useTestBackend);

const data = classes();

interface Run {
  readonly epochs: number;
  readonly rate?: number;
  readonly stop?: EarlyStopOptions;
  /** Whether the callback that stops stands before that which saves. */
  readonly stopFirst?: boolean;
  readonly options?: CheckpointOptions;
}

/** Goes on from the store, in a program that is started anew. */
async function go(store: MemoryStore, { epochs, rate = 0.5, stop, stopFirst = false, options }: Run) {
  const { model, callback } = compressedNetwork(undefined, tf.train.sgd(rate));
  const checkpoint = checkpointCallback(model, store, options);
  const progress = await checkpoint.restore();
  const stops = stop ? [earlyStopCallback(stop)] : [];
  const { epoch } = await model.fit(data.xs, data.ys, {
    epochs,
    initialEpoch: progress.epoch,
    batchSize: 16,
    shuffle: false,
    validationData: [data.xs, data.ys],
    callbacks: [callback, ...(stopFirst ? [...stops, checkpoint] : [checkpoint, ...stops])],
    verbose: 0,
  });
  return { progress, values: weightValues(model), epochs: epoch };
}

/** The header of a checkpoint. */
function headerOf(store: MemoryStore, name: string) {
  const { userDefinedMetadata } = store.saved.get(name) ?? {};
  return (userDefinedMetadata as { 'gcompress/checkpoint': { progress: { best?: { epoch: number; value: number } } } })[
    'gcompress/checkpoint'
  ];
}

describe('a resumed training', () => {
  // No epoch gains as much: the third one counts as the best, and two later the training stops
  const stop: EarlyStopOptions = { minDelta: 100, patience: 3 };

  for (const stopFirst of [true, false]) {
    it(`stops at the same epoch as an unbroken training, with the stop ${stopFirst ? 'before' : 'after'} the checkpoint`, async () => {
      const whole = memoryStore();
      const unbroken = await go(whole, { epochs: 20, stop, stopFirst });
      expect(unbroken.epochs.length).toBe(6);
      const broken = memoryStore();
      for (const epochs of [2, 4, 5]) await go(broken, { epochs, stop, stopFirst });
      const resumed = await go(broken, { epochs: 20, stop, stopFirst });
      expect(resumed.epochs).toEqual([5]);
      expect(resumed.values).toEqual(unbroken.values);
      for (const name of ['last', 'best']) {
        expect(headerOf(broken, name)).toEqual(headerOf(whole, name));
        expect(broken.saved.get(name)?.weightData).toEqual(whole.saved.get(name)?.weightData);
      }
      // It is over, unless there is more patience
      const before = broken.saved.get('last');
      await expect(go(broken, { epochs: 20, stop })).rejects.toMatchObject({ code: 'not-ready' });
      expect(broken.saved.get('last')).toBe(before);
      expect((await go(broken, { epochs: 20, stop: { ...stop, patience: 5 } })).epochs).toEqual([6, 7]);
    });
  }

  it('starts to wait again with different options, in a new fit, and from a checkpoint of the first version', async () => {
    const store = memoryStore();
    await go(store, { epochs: 5, stop });
    const { epochs } = await go(store, { epochs: 20, stop: { ...stop, minDelta: 99 } });
    expect(epochs).toEqual([5, 6, 7, 8]);
    const old = memoryStore();
    const { model } = compressedNetwork(undefined, tf.train.sgd(0.5));
    await saveCheckpoint(model, old.handler('last'), { epoch: 1, best: null });
    expect((await go(old, { epochs: 3 })).progress).toEqual({ epoch: 1, best: undefined });
  });

  it('replaces the best checkpoint only by a better one, even if the last checkpoint is older', async () => {
    const store = memoryStore();
    // The last one is of the fourth epoch, the best one of the sixth
    await go(store, { epochs: 6, options: { every: 4 } });
    const best = headerOf(store, 'best').progress.best;
    const kept = store.saved.get('best');
    expect([headerOf(store, 'last').progress.best?.epoch, best?.epoch]).toEqual([3, 5]);
    // By this rate it gets worse
    const { progress } = await go(store, { epochs: 7, rate: 1e-6, options: { every: 1 } });
    expect(progress).toEqual({ epoch: 4, best });
    expect(store.saved.get('best')).toBe(kept);
    expect(headerOf(store, 'last').progress.best).toEqual(best);
    // Nor where there is no last one at all
    store.saved.delete('last');
    expect((await go(store, { epochs: 3, rate: 1e-6 })).progress).toEqual({ epoch: 0, best });
    expect(store.saved.get('best')).toBe(kept);
  });

  it('refuses a best checkpoint that a different metric chose, before anything changes', async () => {
    const store = memoryStore();
    await go(store, { epochs: 4 });
    const before = new Map(store.saved);
    for (const options of [{ monitor: 'loss' }, { monitor: 'val_loss', mode: 'max' }] as const) {
      const refused = go(store, { epochs: 6, options });
      await expect(refused).rejects.toThrow(/expected 'val_loss', smaller is better.*, got '/);
    }
    expect(store.saved).toEqual(before);
    expect((await go(store, { epochs: 5, options: { monitor: null } })).epochs).toEqual([4]);
    expect(store.saved.get('best')).toBe(before.get('best'));
  });
});

it('a resumed training continues to wait in a model without compressed layers', async () => {
  const store = memoryStore();
  const epochsOf = async (epochs: number) => {
    const model = smallNetwork();
    compile(model, tf.train.sgd(0.1));
    const checkpoint = checkpointCallback(model, store, { monitor: 'loss' });
    const { epoch: initialEpoch } = await checkpoint.restore();
    const callbacks = [checkpoint, earlyStopCallback({ monitor: 'loss', minDelta: 100, patience: 3 })];
    const { epoch } = await model.fit(data.xs, data.ys, { epochs, initialEpoch, callbacks, verbose: 0 });
    return epoch;
  };
  expect(await epochsOf(2)).toEqual([0, 1]);
  expect(await epochsOf(9)).toEqual([2, 3]);
});
