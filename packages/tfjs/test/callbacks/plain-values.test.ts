import { isGCompressError } from '@gcompress/core';
import * as tf from '@tensorflow/tfjs';
import fc from 'fast-check';
import { beforeAll, describe, expect, it } from 'vitest';
import * as callbacks from '../../src/callbacks/index.ts';
import { CompressionCallback, compressionCallback } from '../../src/layers/index.ts';
import { compressionSummaries } from '../../src/summaries/index.ts';
import { useTestBackend } from '../backend.ts';
import { compressedNetwork } from './compressed-network.ts';
import { memoryStore } from './memory-store.ts';

beforeAll(useTestBackend);

const plain = fc.constantFrom<unknown>(
  ...[undefined, null, 0, 5, -1, Number.NaN, Number.POSITIVE_INFINITY, '', 'abc', true, {}, [], [null], [[1]]],
  ...[
    { toString: 1 },
    { variables: 5 },
    { variables: [] },
    { layers: [] },
    () => 1,
    5n,
    Symbol('s'),
    new Float32Array(2),
  ],
);

type Call = (...args: never[]) => unknown;

/** Calls with values of all kinds end well or in the house's error. */
async function walk(call: Call, numRuns = 60): Promise<void> {
  const args = fc.array(plain, { maxLength: 3 });
  await fc.assert(
    fc.asyncProperty(args, async (values) => {
      try {
        await call(...(values as never[]));
      } catch (error) {
        if (!isGCompressError(error)) throw error;
      }
    }),
    { numRuns },
  );
}

describe('plain JavaScript values', () => {
  const { CheckpointCallback, ...functions } = callbacks;
  const calls: Record<string, Call> = { ...functions, compressionCallback, compressionSummaries };
  for (const [name, call] of Object.entries(calls)) {
    it(`are refused by ${name}, or accepted`, () => walk(call));
  }

  it('are refused as second arguments too, and by constructors', async () => {
    const { model } = compressedNetwork();
    const made: Call[] = [
      (options) => callbacks.checkpointCallback(model, memoryStore(), options),
      (store) => callbacks.checkpointCallback(model, store),
      (handler, progress) => callbacks.saveCheckpoint(model, handler, progress),
      (progress) => callbacks.saveCheckpoint(model, memoryStore().handler('last'), progress),
      (handler) => callbacks.restoreCheckpoint(model, handler),
      (variables, optimizer) => callbacks.saveCheckpoint({ variables, optimizer }, memoryStore().handler('last')),
      (operators) =>
        callbacks.saveCheckpoint({ variables: [], optimizer: model.optimizer, operators }, memoryStore().handler('x')),
      (options) => callbacks.summaryCallback([], options),
      (options) => callbacks.progressCallback(() => {}, options),
      (options) => compressionCallback(model, options),
      (name) => callbacks.checkpointCallback(model, memoryStore()).restore(name),
      (rate) => callbacks.setLearningRate(model.optimizer, rate),
      (other, options) => new CompressionCallback(other, options as never),
      (other, store) => new CheckpointCallback(other, store),
    ];
    for (const call of made) await walk(call, 40);
  });

  it('are refused by the methods of every callback without a model', async () => {
    const { model, callback } = compressedNetwork();
    const every = [
      callback,
      callbacks.checkpointCallback(model, memoryStore()),
      callbacks.earlyStopCallback(),
      callbacks.learningRateCallback(callbacks.constantRate(0.1)),
      callbacks.progressCallback(() => {}),
      callbacks.summaryCallback([]),
    ];
    for (const each of every) {
      await walk((value) => each.setModel(value), 30);
      for (const name of [
        'onTrainBegin',
        'onEpochBegin',
        'onBatchBegin',
        'onBatchEnd',
        'onEpochEnd',
        'onTrainEnd',
      ] as const) {
        await walk((a, b) => each[name](a, b), 20);
      }
    }
  });

  it('are refused as options, and the error names the option', () => {
    const { model } = compressedNetwork();
    const early = (options: object) => () => callbacks.earlyStopCallback(options);
    const checkpoint = (options: object) => () => callbacks.checkpointCallback(model, memoryStore(), options);
    const summary = (options: object) => () => callbacks.summaryCallback([], options);
    const refused: [() => unknown, RegExp][] = [
      [early({ monitr: 'loss' }), /^earlyStopCallback: .*got 'monitr'/],
      [early({ mode: 'maximum' }), /^earlyStopCallback mode: expected one of 'auto', 'min', 'max', got 'maximum'/],
      [early({ patience: Number.NaN }), /^earlyStopCallback patience: .*got NaN/],
      [early({ minDelta: '1' }), /^earlyStopCallback minDelta/],
      [early({ baseline: Number.NaN }), /^earlyStopCallback baseline/],
      [early({ monitor: 5 }), /^earlyStopCallback monitor/],
      [checkpoint({ monitr: 'loss' }), /^checkpointCallback: .*got 'monitr'/],
      [checkpoint({ mode: 'maximum' }), /^checkpointCallback mode/],
      [checkpoint({ every: 0.5 }), /^checkpointCallback every/],
      [summary({ evry: 5 }), /^summaryCallback: .*got 'evry'/],
      [summary({ name: 5 }), /^summaryCallback name/],
      [() => callbacks.summaryCallback(null as never), /^summaryCallback writers: .*got null/],
      [() => callbacks.summaryCallback([{}] as never), /^summaryCallback writers: .*got a list with an object/],
      [() => callbacks.progressCallback(() => {}, { evry: 5 } as never), /^progressCallback: .*got 'evry'/],
      [() => compressionCallback(model, { onUpdat() {} } as never), /^compressionCallback: .*got 'onUpdat'/],
      [() => compressionCallback(model, { onWarning: 5 } as never), /^compressionCallback onWarning/],
    ];
    for (const [call, message] of refused) expect(call).toThrow(message);
  });

  it('are refused as handlers, and a handler without save or load is named', async () => {
    const { model } = compressedNetwork();
    const saving = callbacks.saveCheckpoint(model, { load: async () => ({}) });
    await expect(saving).rejects.toThrow(
      /^saveCheckpoint handler: expected an IOHandler that can save, got a handler whose save is undefined/,
    );
    const loading = callbacks.restoreCheckpoint(model, { save: async () => ({}) as never });
    await expect(loading).rejects.toThrow(/^restoreCheckpoint handler: expected an IOHandler that can load/);
    for (const value of [
      Number.NaN,
      undefined,
      5n,
      () => 1,
      new Date(),
      Array.from({ length: 100 }).reduce((inner) => [inner], 1),
    ]) {
      const saved = callbacks.saveCheckpoint(model, memoryStore().handler('last'), { value } as never);
      await expect(saved).rejects.toThrow(/^saveCheckpoint progress/);
    }
  });

  it('are refused as models, and so is a disposed model', async () => {
    const { model } = compressedNetwork();
    model.dispose();
    expect(() => compressionCallback(model)).toThrow(/disposed/);
    expect(() => callbacks.checkpointCallback(model, memoryStore())).toThrow(/disposed/);
    await expect(callbacks.saveCheckpoint(model, memoryStore().handler('last'))).rejects.toMatchObject({
      code: 'disposed',
    });
    const gone = tf.variable(tf.scalar(1));
    gone.dispose();
    const state = { variables: [gone], optimizer: tf.train.sgd(1) };
    await expect(callbacks.saveCheckpoint(state, memoryStore().handler('last'))).rejects.toMatchObject({
      code: 'disposed',
    });
  });
});
