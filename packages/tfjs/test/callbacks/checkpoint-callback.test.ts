import { mkdtemp, readdir, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { kMeans } from '@gcompress/kmeans';
import { lowRank } from '@gcompress/lowrank';
import { linearAlpha } from '@gcompress/scheduler';
import * as tf from '@tensorflow/tfjs';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { checkpointCallback, restoreCheckpoint } from '../../src/callbacks/index.ts';
import { checkpointFolder, modelFolder } from '../../src/files/index.ts';
import {
  type CompressedModel,
  compressModel,
  registerCompressedLayers,
  stripCompression,
} from '../../src/layers/index.ts';
import { useTestBackend } from '../backend.ts';
import { classes, compile, predictionDifference, smallNetwork, weightValues } from '../networks.ts';
import { compressedNetwork, untilStep9 } from './compressed-network.ts';

let root = '';

beforeAll(async () => {
  await useTestBackend();
  root = await mkdtemp(join(tmpdir(), 'gcompress-'));
});

afterAll(() => rm(root, { recursive: true }));

const data = classes();

/** Trains up to an epoch; `null` monitors nothing. */
async function fit(
  { model, callback }: CompressedModel,
  path: string,
  epochs: number,
  monitor: string | null = 'val_loss',
): Promise<number[]> {
  const checkpoint = checkpointCallback(model, checkpointFolder(join(root, path)), { monitor });
  const { epoch } = await checkpoint.restore();
  const { history } = await model.fit(data.xs, data.ys, {
    epochs,
    initialEpoch: epoch,
    batchSize: 16,
    shuffle: false,
    validationData: [data.xs, data.ys],
    callbacks: [checkpoint, callback],
    verbose: 0,
  });
  return (history.val_loss ?? []) as number[];
}

/** The bytes of the weights in the folder of a model, under whatever name. */
async function weightsOf(path: string): Promise<Buffer> {
  const { weightsManifest } = JSON.parse(await readFile(join(root, path, 'model.json'), 'utf8'));
  return readFile(join(root, path, weightsManifest[0].paths[0]));
}

const optimizers = {
  adam: () => tf.train.adam(0.01),
  sgd: () => tf.train.sgd(0.1),
  momentum: () => tf.train.momentum(0.1, 0.9),
  rmsprop: () => tf.train.rmsprop(0.01),
  adadelta: () => tf.train.adadelta(0.1),
};

describe('checkpointCallback', () => {
  for (const [name, optimizer] of Object.entries(optimizers)) {
    it(`a training with ${name} resumes bit for bit in a new model`, async () => {
      const whole = compressedNetwork(untilStep9, optimizer());
      await fit(whole, `whole ${name}`, 4);
      const path = `broken ${name}`;
      // Before alpha falls, while it falls, and when it is 0
      const stops = name === 'adam' ? [1, 2, 3, 4] : [2, 4];
      for (const epochs of stops) await fit(compressedNetwork(untilStep9, optimizer()), path, epochs);
      const resumed = compressedNetwork(untilStep9, optimizer());
      await restoreCheckpoint(resumed.model, modelFolder(join(root, path, 'last')));
      expect(weightValues(resumed.model)).toEqual(weightValues(whole.model));
      expect(resumed.model.optimizer.iterations).toBe(16);
    });
  }

  it('keeps the best epoch with alpha 0, which can be deployed', async () => {
    const trained = compressedNetwork(untilStep9, tf.train.sgd(0.5));
    const losses = await fit(trained, 'best', 8);
    const store = checkpointFolder(join(root, 'best'));
    const best = compressedNetwork(untilStep9, tf.train.sgd(0.5)).model;
    const progress = await restoreCheckpoint(best, store.handler('best'));
    const late = losses.slice(2);
    const value = Math.min(...late);
    expect(progress).toMatchObject({ epoch: losses.indexOf(value) + 1, best: { epoch: losses.indexOf(value), value } });
    const loss = tf.tidy(() => (best.evaluate(data.xs, data.ys) as tf.Scalar[])[0].dataSync()[0]);
    expect(loss).toBeCloseTo(value, 6);
    registerCompressedLayers([lowRank]);
    const loaded = await tf.loadLayersModel(store.handler('best'));
    expect(predictionDifference(stripCompression(loaded), best, data.xs)).toBeLessThan(1e-6);
  });

  it('remembers the best value of the training that it resumes', async () => {
    const store = checkpointFolder(join(root, 'remembered'));
    await fit(compressedNetwork(untilStep9, tf.train.sgd(0.5)), 'remembered', 4);
    const before = await weightsOf('remembered/best');
    // By a learning rate of 3 it gets worse
    const worse = compressedNetwork(untilStep9, tf.train.sgd(3));
    const [loss] = await fit(worse, 'remembered', 5);
    const progress = await restoreCheckpoint(worse.model, store.handler('last'));
    expect(progress).toMatchObject({ epoch: 5, best: { epoch: 3 } });
    expect((progress.best as { value: number }).value).toBeLessThan(loss);
    expect(await weightsOf('remembered/best')).toEqual(before);
  });

  it('saves no best checkpoint while alpha is above 0 or without a metric', async () => {
    await fit(compressedNetwork(), 'early', 2);
    expect(await readdir(join(root, 'early'))).toEqual(['last']);
    await fit(compressedNetwork(), 'unmonitored', 4, null);
    expect(await readdir(join(root, 'unmonitored'))).toEqual(['last']);
  });

  it('refuses the checkpoint of a different training, and changes neither model nor checkpoint', async () => {
    await fit(compressedNetwork(), 'other', 1);
    const file = join(root, 'other/last/model.json');
    const saved = [await readFile(file), await weightsOf('other/last')];
    const others: Record<string, [CompressedModel | tf.LayersModel, RegExp]> = {
      'another size': [compressed(smallNetwork(20)), /expected .* float32 \[16, 20\], got .* float32 \[16, 16\]/],
      'another rank': [compressed(smallNetwork(), 3), /expected b of .*\[16, 3\], got b of .*\[16, 4\]/],
      'another method': [
        compressModel(smallNetwork(), { method: kMeans({ levels: 4 }), schedule: untilStep9, minWeights: 250 }),
        /by kmeans.*by lowrank/,
      ],
      'no compression': [smallNetwork(), /expected kernel of Dense, .*got kernel of Dense compressed by lowrank/],
      'a frozen layer': [compressed(frozen()), /expected kernel of Dense, fixed .*, got kernel of Dense, trainable/],
    };
    for (const [name, [other, message]] of Object.entries(others)) {
      const model = 'callback' in other ? other.model : other;
      compile(model);
      const before = weightValues(model);
      const checkpoint = checkpointCallback(model, checkpointFolder(join(root, 'other')));
      const tensors = tf.memory().numTensors;
      await expect(checkpoint.restore(), name).rejects.toMatchObject({ code: 'shape-mismatch' });
      await expect(checkpoint.restore(), name).rejects.toThrow(message);
      expect(tf.memory().numTensors).toBe(tensors);
      expect(weightValues(model)).toEqual(before);
      // Nor does it train over what it refused
      const training = model.fit(data.xs, data.ys, { epochs: 1, callbacks: [checkpoint], verbose: 0 });
      await expect(training).rejects.toThrow(/checkpoints that this training would overwrite/);
    }
    const { model } = compressedNetwork(untilStep9, tf.train.rmsprop(0.01, 0.9, 0, 1e-7, true));
    await expect(restoreCheckpoint(model, modelFolder(join(root, 'other/last')))).rejects.toThrow(
      /optimizer: expected centered RMSProp, got Adam/,
    );
    expect([await readFile(file), await weightsOf('other/last')]).toEqual(saved);
  });

  it('refuses newer formats, damaged files, and models without a checkpoint header', async () => {
    const { model } = compressedNetwork();
    const path = join(root, 'damaged/last');
    await fit(compressedNetwork(), 'damaged', 1);
    const text = await readFile(join(path, 'model.json'), 'utf8');
    const before = weightValues(model);
    const damages: [string, string, string][] = [
      ['"version":1', '"version":2', 'unsupported-version'],
      ['"version":1', '"version":"1"', 'file-header'],
      ['"progress":', '"nothing":', 'file-header'],
      ['"name":"fc1/kernel","shape":[12,16]', '"name":"fc1/kernel","shape":[16,12]', 'file-tensor'],
      ['"name":"fc1/kernel","shape":[12,16]', '"name":"fc0/kernel","shape":[12,16]', 'file-tensor'],
    ];
    for (const [from, to, code] of damages) {
      expect(text).toContain(from);
      await writeFile(join(path, 'model.json'), text.replace(from, to));
      await expect(restoreCheckpoint(model, modelFolder(path)), to).rejects.toMatchObject({ code });
    }
    await model.save(modelFolder(join(root, 'plain')));
    await expect(restoreCheckpoint(model, modelFolder(join(root, 'plain')))).rejects.toMatchObject({
      code: 'file-header',
    });
    await expect(restoreCheckpoint(model, modelFolder(join(root, 'none')))).rejects.toMatchObject({
      code: 'file-read',
    });
    expect(weightValues(model)).toEqual(before);
    expect(model.optimizer.iterations).toBe(0);
  });

  it('resumes from the old checkpoint if a save was interrupted at any point', async () => {
    const trained = compressedNetwork();
    await fit(trained, 'interrupted', 2);
    const folder = join(root, 'interrupted');
    const values = weightValues(trained.model);
    // After the weights, after a part of the description, and after all of it
    const id = '01234567-89ab-cdef-0123-456789abcdef';
    for (const [name, text] of [
      [`weights-${id}.bin`, 'half'],
      [`.gcompress-model-${id}.partial`, '{"modelTop'],
      [`.gcompress-model-${id}.partial`, '{}'],
    ]) {
      await writeFile(join(folder, 'last', name), text);
      const resumed = compressedNetwork();
      const checkpoint = checkpointCallback(resumed.model, checkpointFolder(folder));
      expect(await checkpoint.restore()).toEqual({ epoch: 2, best: undefined });
      expect(weightValues(resumed.model)).toEqual(values);
    }
    await fit(compressedNetwork(), 'interrupted', 3);
    expect((await readdir(folder)).sort()).toEqual(['best', 'last']);
  });

  it('refuses a training that it cannot save before the first step', async () => {
    const adamax = compressedNetwork(untilStep9, 'adamax');
    await expect(fit(adamax, 'adamax', 1)).rejects.toThrow(/state can be saved, got Adamax/);
    const endless = compressedNetwork(linearAlpha({ begin: 0, end: 2, frequency: 1, decrement: 0.1 }));
    await expect(fit(endless, 'endless', 1)).rejects.toThrow(/alpha reaches 0/);
    const [one, other] = [compressedNetwork(), compressedNetwork()];
    await expect(fit({ ...one, callback: other.callback }, 'mixed', 1)).rejects.toMatchObject({ code: 'unsupported' });
    const uncompiled = compressModel(smallNetwork(), {
      method: lowRank({ rank: 4 }),
      schedule: untilStep9,
      minWeights: 250,
    });
    await expect(restoreCheckpoint(uncompiled.model, modelFolder(root))).rejects.toMatchObject({ code: 'not-ready' });
    await expect(fit(compressedNetwork(), 'metric', 1, 'val_accuracy')).rejects.toThrow(
      /a metric among val_loss, val_acc, loss, acc/,
    );
    for (const { model } of [adamax, endless, one]) expect(model.optimizer.iterations).toBe(0);
  });

  it('leaks no tensor', async () => {
    const { model, callback } = compressedNetwork();
    const store = checkpointFolder(join(root, 'tensors'));
    const checkpoint = checkpointCallback(model, store, { monitor: 'loss' });
    const options = { epochs: 1, batchSize: 16, verbose: 0 } as const;
    await model.fit(data.xs, data.ys, { ...options, callbacks: [callback] });
    const growth: number[] = [];
    for (const callbacks of [[callback], [callback, checkpoint]]) {
      const before = tf.memory().numTensors;
      await model.fit(data.xs, data.ys, { ...options, callbacks });
      growth.push(tf.memory().numTensors - before);
    }
    expect(growth[1]).toBe(growth[0]);
    const before = tf.memory().numTensors;
    await checkpoint.restore();
    expect(tf.memory().numTensors).toBe(before);
  });
});

function compressed(model: tf.LayersModel, rank = 4): CompressedModel {
  return compressModel(model, {
    method: lowRank({ rank }),
    schedule: untilStep9,
    rules: [{ name: 'fc2', minWeights: 250 }],
  });
}

function frozen(): tf.Sequential {
  const model = smallNetwork();
  model.layers[0].trainable = false;
  return model;
}
