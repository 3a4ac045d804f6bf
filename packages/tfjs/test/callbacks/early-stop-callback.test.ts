import { linearAlpha } from '@gcompress/scheduler';
import * as tf from '@tensorflow/tfjs';
import { beforeAll, describe, expect, it } from 'vitest';
import { earlyStopCallback } from '../../src/callbacks/index.ts';
import { useTestBackend } from '../backend.ts';
import { classes, compile, smallNetwork, train } from '../networks.ts';
import { compressedNetwork } from './compressed-network.ts';

beforeAll(useTestBackend);

/** Stops at the second epoch that is no better than the first one that counts: none is, by this least gain. */
const impatient = { monitor: 'loss', minDelta: 100, patience: 2 } as const;

describe('earlyStopCallback', () => {
  it('counts from the epoch in which alpha reaches 0, at any place in the list of callbacks', async () => {
    for (const first of [true, false]) {
      const { model, callback } = compressedNetwork();
      const stop = earlyStopCallback(impatient);
      // Alpha is 0 from step 9 on, in the third epoch, which is the best so far; then come two that are no better
      const losses = await train(model, classes(), 20, first ? [stop, callback] : [callback, stop]);
      expect(losses.length).toBe(5);
    }
  });

  it('stops a model without compressed layers as the stock callback does', async () => {
    const runs = [earlyStopCallback(impatient), tf.callbacks.earlyStopping(impatient)].map(async (stop) => {
      const model = smallNetwork();
      compile(model);
      return train(model, classes(), 20, [stop as tf.Callback]);
    });
    const [ours, stock] = await Promise.all(runs);
    expect(ours).toEqual(stock);
    expect(ours.length).toBe(3);
  });

  it('refuses a schedule without end before the first step, and refuses a missing metric', async () => {
    const endless = compressedNetwork(linearAlpha({ begin: 0, end: 2, frequency: 1, decrement: 0.1 }));
    const callbacks = [endless.callback, earlyStopCallback(impatient)];
    await expect(train(endless.model, classes(), 1, callbacks)).rejects.toThrow(
      /alpha reaches 0, got .* of 'fc2\/kernel'/,
    );
    expect(endless.model.optimizer.iterations).toBe(0);
    const { model, callback } = compressedNetwork();
    const stop = earlyStopCallback();
    await expect(train(model, classes(), 1, [callback, stop])).rejects.toThrow(
      /a metric among loss, acc, got 'val_loss'/,
    );
  });
});
