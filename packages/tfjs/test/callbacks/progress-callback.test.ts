import * as tf from '@tensorflow/tfjs';
import { beforeAll, describe, expect, it } from 'vitest';
import { progressCallback, type TrainingProgress } from '../../src/callbacks/index.ts';
import { useTestBackend } from '../backend.ts';
import { classes, compile, smallNetwork, train } from '../networks.ts';
import { compressedNetwork } from './compressed-network.ts';

beforeAll(useTestBackend);

describe('progressCallback', () => {
  it('reports step, total, epoch, loss and alpha, at any place in the list of callbacks', async () => {
    for (const first of [true, false]) {
      const { model, callback } = compressedNetwork();
      const seen: TrainingProgress[] = [];
      const progress = progressCallback((at) => void seen.push(at), { every: 5 });
      await train(model, classes(), 3, first ? [progress, callback] : [callback, progress]);
      expect(seen.map(({ step, total, epoch, alpha }) => [step, total, epoch, alpha])).toEqual([
        [4, 12, 1, 0.625],
        [9, 12, 2, 0],
        [11, 12, 2, 0],
      ]);
      expect(seen.every(({ loss, metrics }) => loss > 0 && metrics.loss === loss && metrics.acc >= 0)).toBe(true);
    }
  });

  it('continues to count in the next fit, also with a smaller last batch', async () => {
    const model = smallNetwork();
    compile(model);
    const seen: TrainingProgress[] = [];
    const callbacks = [progressCallback((at) => void seen.push(at))];
    const { xs, ys } = classes();
    await model.fit(xs, ys, { epochs: 1, batchSize: 60, callbacks, verbose: 0 });
    await model.fit(xs, ys, { epochs: 3, initialEpoch: 1, batchSize: 60, callbacks, verbose: 0 });
    expect(seen.map(({ step, total, epoch, alpha }) => [step, total, epoch, alpha])).toEqual([
      [0, 2, 0, undefined],
      [1, 2, 0, undefined],
      [2, 6, 1, undefined],
      [3, 6, 1, undefined],
      [4, 6, 2, undefined],
      [5, 6, 2, undefined],
    ]);
  });

  it('works with datasets of known and unknown length', async () => {
    const { xs, ys } = classes();
    const known = tf.data.array([
      { xs, ys },
      { xs, ys },
    ]);
    const unknown = tf.data.generator(function* () {
      // Copies, because fitDataset disposes what it was given
      for (let i = 0; i < 2; i++) yield { xs: xs.clone(), ys: ys.clone() };
    });
    for (const [dataset, total] of [
      [known, 4],
      [unknown, undefined],
    ] as const) {
      const model = smallNetwork();
      compile(model);
      const totals: unknown[] = [];
      const callbacks = [progressCallback((at) => void totals.push(at.total))];
      await model.fitDataset(dataset, { epochs: 2, callbacks, verbose: 0 });
      expect(totals).toEqual([total, total, total, total]);
    }
  });

  it('awaits the function, passes on its errors, and leaks no tensor', async () => {
    const { model, callback } = compressedNetwork();
    const data = classes();
    await train(model, data, 1, [callback]);
    const growth: number[] = [];
    for (const callbacks of [[callback], [callback, progressCallback(() => {})]]) {
      const before = tf.memory().numTensors;
      await train(model, data, 1, callbacks);
      growth.push(tf.memory().numTensors - before);
    }
    expect(growth[1]).toBe(growth[0]);
    const failing = progressCallback(() => Promise.reject(new Error('the display is gone')));
    await expect(train(model, data, 1, [callback, failing])).rejects.toThrow('the display is gone');
  });
});
