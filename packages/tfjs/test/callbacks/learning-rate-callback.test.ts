import { lowRank } from '@gcompress/lowrank';
import * as tf from '@tensorflow/tfjs';
import { beforeAll, describe, expect, it } from 'vitest';
import { exponentialDecay, learningRateCallback, setLearningRate } from '../../src/callbacks/index.ts';
import { compressedLayers, compressionCallback, registerCompressedLayers } from '../../src/layers/index.ts';
import { useTestBackend } from '../backend.ts';
import { classes, loadArtifacts, savedArtifacts, train, weightValues } from '../networks.ts';
import { compressedNetwork } from './compressed-network.ts';

beforeAll(useTestBackend);

const optimizers: Record<string, () => tf.Optimizer> = {
  sgd: () => tf.train.sgd(0.1),
  momentum: () => tf.train.momentum(0.1, 0.9),
  nesterov: () => tf.train.momentum(0.1, 0.9, true),
  adagrad: () => tf.train.adagrad(0.1),
  adadelta: () => tf.train.adadelta(0.1),
  adam: () => tf.train.adam(0.1),
  adamax: () => tf.train.adamax(0.1),
  rmsprop: () => tf.train.rmsprop(0.1),
  'rmsprop, centered': () => tf.train.rmsprop(0.1, 0.9, 0, 1e-7, true),
};

/** How far the second of two steps moves a variable whose gradient is always 1, with the rate of the second step. */
function secondMove(optimizer: tf.Optimizer, rate: number): number {
  const x = tf.variable(tf.scalar(0));
  const step = () => {
    optimizer.minimize(() => x.asScalar(), false, [x]);
    return x.dataSync()[0];
  };
  const first = step();
  setLearningRate(optimizer, rate);
  const second = step();
  tf.dispose(x);
  return second - first;
}

describe('setLearningRate', () => {
  for (const [name, create] of Object.entries(optimizers)) {
    it(`takes effect at the next step of ${name}`, () => {
      const [kept, tripled, none] = [0.1, 0.3, 0].map((rate) => {
        const optimizer = create();
        const move = secondMove(optimizer, rate);
        optimizer.dispose();
        return move;
      });
      expect(kept).toBeLessThan(0);
      // The momentum of RMSProp is of moves, not of gradients; it is 0 here
      expect(tripled / kept).toBeCloseTo(3, 4);
      expect(Math.abs(none)).toBe(0);
    });
  }

  it('leaks no tensor', () => {
    const optimizer = tf.train.sgd(0.1);
    const before = tf.memory().numTensors;
    for (const rate of [0.2, 0.3, 0.3]) setLearningRate(optimizer, rate);
    expect(tf.memory().numTensors).toBe(before);
  });

  it('refuses invalid rates and optimizers without a rate, and leaves the optimizer unchanged', () => {
    const optimizer = tf.train.sgd(0.1);
    expect(() => setLearningRate(optimizer, Number.NaN)).toThrow(/setLearningRate rate/);
    expect(() => setLearningRate(optimizer, -1)).toThrow(/setLearningRate rate/);
    expect(optimizer.getConfig()).toEqual({ learningRate: 0.1 });
    class Rateless extends tf.Optimizer {
      override applyGradients(): void {}
      override getConfig(): tf.serialization.ConfigDict {
        return {};
      }
      override getClassName(): string {
        return 'Rateless';
      }
    }
    expect(() => setLearningRate(new Rateless(), 0.1)).toThrow(/a number as its learningRate, got Rateless/);
  });
});

describe('learningRateCallback', () => {
  const stairs = exponentialDecay({ initial: 0.05, factor: 0.5, every: 3, staircase: true });

  it('trains like a loop that sets the rate by hand', async () => {
    const data = classes();
    const byCallback = compressedNetwork(undefined, tf.train.sgd(1));
    await train(byCallback.model, data, 3, [byCallback.callback, learningRateCallback(stairs)]);
    const byHand = compressedNetwork(undefined, tf.train.sgd(1));
    byHand.callback.setModel(byHand.model);
    await byHand.callback.onTrainBegin();
    for (let step = 0; step < 12; step++) {
      setLearningRate(byHand.model.optimizer, stairs(step));
      const batch = [data.xs, data.ys].map((all) => all.slice([(step % 4) * 16], [16]));
      tf.dispose(await byHand.model.trainOnBatch(batch[0], batch[1]));
      await byHand.callback.onBatchEnd();
    }
    await byHand.callback.onTrainEnd();
    expect(weightValues(byCallback.model)).toEqual(weightValues(byHand.model));
  });

  it('continues bit for bit in a resumed training', async () => {
    registerCompressedLayers([lowRank]);
    const data = classes();
    const whole = compressedNetwork();
    await train(whole.model, data, 4, [whole.callback, learningRateCallback(stairs)]);
    const broken = compressedNetwork();
    await train(broken.model, data, 2, [broken.callback, learningRateCallback(stairs)]);
    const resumed = await loadArtifacts(await savedArtifacts(broken.model, true));
    await train(resumed, data, 2, [learningRateCallback(stairs), compressionCallback(resumed)]);
    expect(weightValues(resumed)).toEqual(weightValues(whole.model));
    expect(compressedLayers(resumed)[0].ops[0].alpha).toBe(0);
  });

  it('refuses an invalid rate before its step', async () => {
    const { model, callback } = compressedNetwork();
    const before = weightValues(model);
    const callbacks = [callback, learningRateCallback(() => Number.POSITIVE_INFINITY)];
    await expect(train(model, classes(), 1, callbacks)).rejects.toMatchObject({ code: 'invalid-option' });
    expect(weightValues(model)).toEqual(before);
  });
});
