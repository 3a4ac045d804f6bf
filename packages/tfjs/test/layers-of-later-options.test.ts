import { blockDiagonal, inputOutput, mixedBlock } from '@gcompress/blocks';
import type { CompressionMethod } from '@gcompress/core';
import { pruned, prunedKMeans } from '@gcompress/pruning';
import { linearAlpha } from '@gcompress/scheduler';
import * as tf from '@tensorflow/tfjs';
import { beforeAll, describe, expect, it } from 'vitest';
import {
  type CompressionUpdate,
  compressedLayers,
  compressionCallback,
  compressModel,
  registerCompressedLayers,
  stripCompression,
} from '../src/layers/index.ts';
import { useTestBackend } from './backend.ts';
import {
  classes,
  compile,
  loadArtifacts,
  predictionDifference,
  savedArtifacts,
  smallNetwork,
  train,
  weightValues,
} from './networks.ts';

const sparsity = { target: 0.75, begin: 2, end: 8, steps: { frequency: 2 } };
const schedule = linearAlpha({ begin: 10, end: 14, frequency: 2 });
/** What each method has for the kernels [12, 16] and [16, 16]. */
const methods = {
  'pruning that grows': pruned({ sparsity }),
  'pruning that grows, then a codebook': prunedKMeans({ sparsity, levels: 8 }),
  'pruning of blocks that grows': pruned({ sparsity, structure: { blockHeight: 2, blockWidth: 4 } }),
  'pruning, 2 of 4': pruned({ structure: { m: 2, n: 4 } }),
  'input/output': inputOutput({ input: { block: 4, factor: 2 } }),
  'block-diagonal': blockDiagonal({ blocks: 2 }),
  'mixed block': mixedBlock({ blocks: 2, order: 'contiguous' }),
};

beforeAll(async () => {
  await useTestBackend();
  registerCompressedLayers([pruned, prunedKMeans, inputOutput, blockDiagonal, mixedBlock] as CompressionMethod[]);
});

/** Stock fit itself leaves some behind; how many is seen on a model that is not compressed. */
async function tensorsLeft(work: () => Promise<void>): Promise<number> {
  const before = tf.memory().numTensors;
  await work();
  return tf.memory().numTensors - before;
}

const zeros = (data: ArrayLike<number>) => Array.from(data).filter((entry) => entry === 0).length / data.length;

describe.each(Object.entries(methods))('%s', (_, method) => {
  // 4 batches an epoch: alpha is 0 from the fourth epoch on
  const options = { method, schedule, minWeights: 150 };

  it('trains to alpha 0 and beyond, and resumes bit for bit in the middle', async () => {
    const data = classes();
    const whole = compressModel(smallNetwork(), options);
    compile(whole.model);
    const losses = await train(whole.model, data, 6, [whole.callback]);
    expect(losses[5]).toBeLessThan(losses[0]);
    expect(compressedLayers(whole.model).flatMap(({ ops }) => ops.map(({ alpha }) => alpha))).toEqual([0, 0]);

    // Once while sparsity grows, and once while alpha falls
    const first = compressModel(smallNetwork(), options);
    compile(first.model);
    await train(first.model, data, 1, [first.callback]);
    const second = await loadArtifacts(await savedArtifacts(first.model, true));
    await train(second, data, 2, [compressionCallback(second)]);
    const third = await loadArtifacts(await savedArtifacts(second, true));
    await train(third, data, 3, [compressionCallback(third)]);
    expect(weightValues(third)).toEqual(weightValues(whole.model));
    data.dispose();
  });

  it('strips to a smaller model that predicts the same and loads, and leaks no tensor', async () => {
    const data = classes();
    const leftByFit = await tensorsLeft(async () => {
      const plain = smallNetwork();
      const optimizer = tf.train.adam();
      plain.compile({ optimizer, loss: 'categoricalCrossentropy' });
      await train(plain, data, 5, []);
      plain.dispose();
      optimizer.dispose();
    });
    const before = tf.memory().numTensors;
    const source = smallNetwork();
    const { model, callback } = compressModel(source, options);
    const optimizer = tf.train.adam();
    model.compile({ optimizer, loss: 'categoricalCrossentropy' });
    await train(model, data, 5, [callback]);
    const stripped = stripCompression(model);
    expect(predictionDifference(model, stripped, data.xs)).toBeLessThan(1e-5);
    const artifacts = await savedArtifacts(stripped);
    const loaded = await loadArtifacts(artifacts);
    expect(predictionDifference(stripped, loaded, data.xs)).toBe(0);
    expect((artifacts.weightData as ArrayBuffer).byteLength).toBeLessThan(source.countParams() * 4);
    for (const each of [source, model, stripped, loaded]) each.dispose();
    optimizer.dispose();
    expect(tf.memory().numTensors - before, 'tensors left, beside those that stock fit leaves').toBe(leftByFit);
    data.dispose();
  });
});

it('the callback hears of every mask, and kept entries train', async () => {
  const data = classes();
  const updates: CompressionUpdate[] = [];
  const { model, callback } = compressModel(smallNetwork(), {
    method: pruned({ sparsity }),
    schedule,
    minWeights: 200,
    onUpdate: (update) => updates.push(update),
  });
  compile(model);
  await train(model, data, 4, [callback]);
  expect(updates.map(({ step, result, alpha }) => [step, result, Number(alpha.toFixed(2))])).toEqual([
    [4, 'compressed', 1],
    [6, 'compressed', 1],
    [8, 'compressed', 1],
    [10, 'compressed', 0.67],
    [12, 'decayed', 0.33],
    [14, 'decayed', 0],
  ]);
  const [op] = compressedLayers(model)[0].ops;
  const values = op.toCompressedMatrixSync().decompress().data;
  expect(zeros(values)).toBe(0.75);
  await train(model, data, 1, [callback]);
  const trained = op.toCompressedMatrixSync().decompress().data;
  expect(zeros(trained)).toBe(0.75);
  expect(trained).not.toEqual(values);
  model.dispose();
  data.dispose();
});
