// Trainings with pruning by gradients go on from a checkpoint with what they have seen.
import { type MatrixCompressor, matrix } from '@gcompress/core';
import { gradientImportance, pruned, withImportance } from '@gcompress/pruning';
import { neverUpdate } from '@gcompress/scheduler';
import * as tf from '@tensorflow/tfjs';
import { beforeAll, expect, it } from 'vitest';
import { checkpointCallback, restoreCheckpoint, saveCheckpoint } from '../../src/callbacks/index.ts';
import {
  type CompressedModel,
  compressedLayers,
  compressModel,
  registerCompressedLayers,
} from '../../src/layers/index.ts';
import { useTestBackend } from '../backend.ts';
import { classes, compile, smallNetwork, weightValues } from '../networks.ts';
import { type MemoryStore, memoryStore } from './memory-store.ts';

beforeAll(useTestBackend);

const data = classes();
// Masks at the steps 6 and 10, of which the second one needs what was seen before
const growing = { target: 0.8, begin: 6, end: 10, steps: { begin: 6, frequency: 4 } } as const;

type Order = 'first' | 'second';

/** A model made anew whose layer `fc2` is pruned by gradients, and the callback that watches them. */
function watched(order: Order, watch = gradientImportance({ order, decay: 0.9 })) {
  const compressor = withImportance(pruned({ sparsity: growing }), watch);
  const compressed = prunedModel(compressor);
  const [{ ops }] = compressedLayers(compressed.model);
  const observe = new tf.CustomCallback({
    onBatchEnd: async () => watch.observe(matrix([16, 16], await ops[0].variables.matrix.data())),
  });
  return { ...compressed, watch, callbacks: [observe, compressed.callback] };
}

function prunedModel(method: MatrixCompressor): CompressedModel {
  const compressed = compressModel(smallNetwork(), {
    method,
    schedule: neverUpdate({}),
    rules: [{ name: 'fc2', minWeights: 256 }],
  });
  compile(compressed.model, tf.train.adam(0.02));
  return compressed;
}

/** Trains in a program that is started anew, from the store, up to this epoch of four steps. */
async function go(store: MemoryStore, order: Order, epochs: number) {
  const { model, callbacks, watch } = watched(order);
  const checkpoint = checkpointCallback(model, store, { monitor: null });
  const { epoch } = await checkpoint.restore();
  await model.fit(data.xs, data.ys, {
    epochs,
    initialEpoch: epoch,
    batchSize: 16,
    shuffle: false,
    callbacks: [...callbacks, checkpoint],
    verbose: 0,
  });
  return { values: weightValues(model), importance: watch.importance() };
}

it.each(['first', 'second'] as const)('resumes bit for bit by the %s order, wherever it was stopped', async (order) => {
  const whole = memoryStore();
  const unbroken = await go(whole, order, 4);
  for (const stops of [[1], [2], [1, 2, 3]]) {
    const broken = memoryStore();
    for (const epochs of stops) await go(broken, order, epochs);
    const resumed = await go(broken, order, 4);
    expect(resumed).toEqual(unbroken);
    expect(broken.saved.get('last')?.weightData).toEqual(whole.saved.get('last')?.weightData);
  }
});

it('leaves no tensors behind, and is a checkpoint that tfjs reads', async () => {
  const store = memoryStore();
  await go(store, 'first', 1);
  const { model } = watched('first');
  await restoreCheckpoint(model, store.handler('last'));
  const { numTensors } = tf.memory();
  await saveCheckpoint(model, store.handler('again'));
  await restoreCheckpoint(model, store.handler('again'));
  expect(tf.memory().numTensors).toBe(numTensors);
  registerCompressedLayers([pruned]);
  const loaded = await tf.loadLayersModel(store.handler('last'));
  expect(weightValues(loaded)).toEqual(weightValues(model));
});

it('refuses a history without a compressor that has one, or the other way round, before anything changes', async () => {
  const store = memoryStore();
  await go(store, 'first', 1);
  const { model: plain } = prunedModel(pruned({ sparsity: growing }));
  const before = weightValues(plain);
  const refusal = { code: 'shape-mismatch', message: expect.stringContaining('histories of compressors') };
  await expect(restoreCheckpoint(plain, store.handler('last'))).rejects.toMatchObject(refusal);
  expect(weightValues(plain)).toEqual(before);
  await saveCheckpoint(plain, store.handler('plain'));
  const { model, watch } = watched('first');
  await expect(restoreCheckpoint(model, store.handler('plain'))).rejects.toMatchObject(refusal);
  expect(watch.importance()).toBeUndefined();
});

it('refuses damaged histories, and those of another order, before anything changes', async () => {
  const store = memoryStore();
  await go(store, 'first', 1);
  const { model, watch } = watched('second');
  watch.observe(matrix([16, 16], new Float32Array(256)));
  const [before, seen] = [weightValues(model), watch.saved()];
  const restored = (
    change: (header: { histories: unknown }, specs: tf.io.WeightsManifestEntry[]) => void,
    order: Order,
  ) => {
    const copy = structuredClone(store.saved.get('last')) as tf.io.ModelArtifacts;
    const headers = copy.userDefinedMetadata as Record<string, { histories: unknown }>;
    change(headers['gcompress/checkpoint'], copy.weightSpecs as tf.io.WeightsManifestEntry[]);
    store.saved.set('changed', copy);
    return restoreCheckpoint(order === 'second' ? model : watched('first').model, store.handler('changed'));
  };
  await expect(restored(() => undefined, 'second')).rejects.toMatchObject({
    code: 'file-tensor',
    message: expect.stringContaining('first order mean'),
  });
  expect(weightValues(model)).toEqual(before);
  expect(watch.saved()).toEqual(seen);
  for (const histories of [null, 1, 'a', {}, [1], [[1]], [['a', 'a']], [{}]]) {
    const attempt = restored((header) => Object.assign(header, { histories }), 'first');
    await expect(attempt).rejects.toMatchObject({ code: 'file-header' });
  }
  for (const histories of [[[]], [['first order mean']], [['first order mean', 'other']], [['__proto__']]]) {
    const attempt = restored((header) => Object.assign(header, { histories }), 'first');
    await expect(attempt).rejects.toMatchObject({ code: 'file-tensor' });
  }
  const wrongShape = restored((_, specs) => {
    for (const spec of specs) if (spec.name.startsWith('gcompress/history')) spec.shape = [256, 1];
  }, 'first');
  await expect(wrongShape).rejects.toMatchObject({ code: 'file-tensor' });
});
