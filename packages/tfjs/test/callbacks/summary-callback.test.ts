import * as tf from '@tensorflow/tfjs';
import { beforeAll, describe, expect, it } from 'vitest';
import { summaryCallback } from '../../src/callbacks/index.ts';
import type { Summary } from '../../src/summaries/index.ts';
import { useTestBackend } from '../backend.ts';
import { classes, compile, smallNetwork, train } from '../networks.ts';
import { compressedNetwork } from './compressed-network.ts';

beforeAll(useTestBackend);

const ALPHA = 'model_compression_summaries/fc2/kernel/alpha';

/** Values of a tag by step. */
function curve(summaries: readonly Summary[], tag: string): [number, number][] {
  return summaries.filter((summary) => summary.tag === tag).map(({ step, value }) => [step, value]);
}

describe('summaryCallback', () => {
  it('writes each layer, the loss and metrics at the steps that are due, and at the end', async () => {
    const { model, callback } = compressedNetwork();
    const written: Summary[] = [];
    const summaries = summaryCallback([{ write: (these) => void written.push(...these) }], { every: 3 });
    const losses = await train(model, classes(), 3, [callback, summaries]);
    expect(curve(written, ALPHA)).toEqual([
      [0, 1],
      [3, 0.75],
      [6, 0.375],
      [9, 0],
      [11, 0],
    ]);
    expect(curve(written, 'model_compression_summaries/fc2/kernel/last_alpha_update_step')).toEqual([
      [0, -1],
      [3, 3],
      [6, 6],
      [9, 9],
      [11, 9],
    ]);
    expect(curve(written, 'loss').map(([step]) => step)).toEqual([0, 3, 6, 9]);
    expect(curve(written, 'acc').length).toBe(4);
    expect(curve(written, 'loss')[0][1]).toBeCloseTo(losses[0], 0);
  });

  it('writes the same summaries at any place in the list of callbacks', async () => {
    const runs = [true, false].map(async (first) => {
      const { model, callback } = compressedNetwork();
      const written: Summary[] = [];
      const summaries = summaryCallback([{ write: (these) => void written.push(...these) }], { every: 1 });
      await train(model, classes(), 3, first ? [summaries, callback] : [callback, summaries]);
      return written;
    });
    const [before, after] = await Promise.all(runs);
    expect(before.length).toBeGreaterThan(100);
    expect(before).toEqual(after);
  });

  it('writes what was validated, goes on counting in the next fit, and serves plain models', async () => {
    const model = smallNetwork();
    compile(model);
    const { xs, ys } = classes();
    const written: Summary[] = [];
    const callbacks = [summaryCallback([{ write: (these) => void written.push(...these) }], { every: 2 })];
    const options = {
      epochs: 1,
      batchSize: 16,
      validationData: [xs, ys] as [tf.Tensor, tf.Tensor],
      callbacks,
      verbose: 0,
    };
    await model.fit(xs, ys, options);
    const { history } = await model.fit(xs, ys, options);
    expect(curve(written, 'loss').map(([step]) => step)).toEqual([0, 2, 4, 6]);
    expect(curve(written, 'val_loss').map(([step]) => step)).toEqual([3, 7]);
    expect(curve(written, 'val_loss')[1][1]).toBe(history.val_loss[0]);
  });

  it('leaks no tensor, and ends the training if the file cannot be written', async () => {
    const { model, callback } = compressedNetwork();
    const data = classes();
    await train(model, data, 1, [callback]);
    const growth: number[] = [];
    for (const callbacks of [[callback], [callback, summaryCallback([{ write: () => {} }], { every: 1 })]]) {
      const before = tf.memory().numTensors;
      await train(model, data, 1, callbacks);
      growth.push(tf.memory().numTensors - before);
    }
    expect(growth[1]).toBe(growth[0]);
    const full = summaryCallback([{ write: () => Promise.reject(new Error('no space left')) }]);
    await expect(train(model, data, 1, [callback, full])).rejects.toThrow('no space left');
    expect(() => summaryCallback([], { every: 0 })).toThrow(/summaryCallback every/);
  });
});
