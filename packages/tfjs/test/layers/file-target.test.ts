// A model is trained to the size of a packed file.
import { lowRank } from '@gcompress/lowrank';
import { linearAlpha } from '@gcompress/scheduler';
import { uniform } from '@gcompress/uniform';
import * as tf from '@tensorflow/tfjs';
import { beforeAll, describe, expect, it } from 'vitest';
import { checkpointCallback } from '../../src/callbacks/index.ts';
import {
  type CompressModelOptions,
  compressionCallback,
  compressModel,
  type PackFunction,
  packableModel,
} from '../../src/layers/index.ts';
import { useTestBackend } from '../backend.ts';
import { memoryStore } from '../callbacks/memory-store.ts';
import { classes, compile, predictionDifference, smallNetwork, train, weightValues } from '../networks.ts';

beforeAll(useTestBackend);

const data = classes();
/** Topology as text without the name that tfjs numbers, other weights as float32, and the matrices: a file as `pack` writes it, without a header. */
const pack: PackFunction = async ({ modelTopology, weightSpecs = [] }, { matrices }) => {
  const rest = weightSpecs.filter(({ name }) => !matrices.has(name));
  const values = rest.reduce((sum, { shape }) => sum + 4 * shape.reduce((product, side) => product * side, 1), 0);
  const stored = [...matrices.values()].reduce((sum, { byteLength }) => sum + byteLength, 0);
  return {
    bytes: new Uint8Array(
      JSON.stringify(modelTopology).replace(/sequential_\d+/g, 'sequential').length + values + stored,
    ),
  };
};

/** Bytes of a file of the small network without its matrices. */
const BESIDE = 1860;
/** Ten epochs of four steps, alpha 0 after the eighth. */
const options: CompressModelOptions = {
  method: uniform({ lambda: 1e-3 }),
  schedule: linearAlpha({ begin: 0, end: 31, frequency: 4, refactorEvery: 1 }),
  minWeights: 100,
  targetBytes: BESIDE + 500,
  pack,
};

async function fileOf(model: tf.LayersModel): Promise<number> {
  const { artifacts, matrices } = await packableModel(model);
  return (await pack(artifacts, { matrices })).bytes.length;
}

describe('targetBytes', () => {
  it.each([700, 350])('of %d more than the rest are hit within 3 percent, and the report tells them', async (more) => {
    const targetBytes = BESIDE + more;
    const sizes: number[] = [];
    const { model, callback, report } = compressModel(smallNetwork(), {
      ...options,
      targetBytes,
      onUpdate: ({ fileBytes }) => sizes.push(fileBytes ?? 0),
    });
    expect(report().fileBytes).toBeUndefined();
    compile(model, tf.train.adam(0.01));
    await train(model, data, 10, [callback]);
    const bytes = await fileOf(model);
    expect(bytes).toBeLessThanOrEqual(targetBytes);
    expect(bytes).toBeGreaterThanOrEqual(0.97 * targetBytes);
    expect(Math.abs((report().fileBytes ?? 0) - bytes)).toBeLessThan(40);
    expect(String(report())).toMatch(/packed file: [\d,]+ bytes/);
    expect(sizes.at(-1)).toBe(callback.fileBytes);
  });

  it('may be a ratio of the float32 weights', async () => {
    const network = smallNetwork(80);
    const dense = 4 * network.countParams();
    const { model, callback } = compressModel(network, {
      ...options,
      targetBytes: undefined as never,
      targetRatio: 2.5,
    });
    compile(model, tf.train.adam(0.01));
    await train(model, data, 10, [callback]);
    const bytes = await fileOf(model);
    expect(bytes).toBeLessThanOrEqual(dense / 2.5);
    expect(bytes).toBeGreaterThanOrEqual((0.97 * dense) / 2.5);
  });

  it('goes on from a checkpoint bit for bit, wherever the training was stopped', async () => {
    const go = async (store: ReturnType<typeof memoryStore>, epochs: number) => {
      const { model, callback } = compressModel(smallNetwork(), options);
      compile(model, tf.train.adam(0.01));
      const checkpoint = checkpointCallback(model, store, { monitor: null });
      const { epoch } = await checkpoint.restore();
      const fit = { epochs, initialEpoch: epoch, batchSize: 16, shuffle: false, verbose: 0 } as const;
      await model.fit(data.xs, data.ys, { ...fit, callbacks: [callback, checkpoint] });
      return weightValues(model);
    };
    const unbroken = await go(memoryStore(), 10);
    for (const stop of [3, 8]) {
      const store = memoryStore();
      await go(store, stop);
      expect(await go(store, 10)).toEqual(unbroken);
    }
  });

  it('also reaches the size in a custom training loop, and with a new callback for the same model', async () => {
    const { model } = compressModel(smallNetwork(), {
      ...options,
      targetBytes: undefined as never,
      pack: undefined as never,
    });
    const callback = compressionCallback(model, { targetBytes: BESIDE + 450, pack });
    await callback.onTrainBegin();
    for (let step = 0; step < 32; step++) await callback.onBatchEnd();
    await callback.onTrainEnd();
    const bytes = await fileOf(model);
    expect(bytes).toBeLessThanOrEqual(BESIDE + 450);
    expect(bytes).toBeGreaterThanOrEqual(0.97 * (BESIDE + 450));
  });

  it('leaves no tensors behind', async () => {
    const { numTensors } = tf.memory();
    const network = smallNetwork();
    const { model, callback } = compressModel(network, options);
    await callback.onTrainBegin();
    await callback.onBatchEnd();
    model.dispose();
    network.dispose();
    expect(tf.memory().numTensors).toBe(numTensors);
  });
});

describe('packableModel', () => {
  it('gives stock layers with the very values of the matrices, which predict alike', async () => {
    const { model, callback } = compressModel(smallNetwork(), options);
    compile(model, tf.train.adam(0.01));
    await train(model, data, 10, [callback]);
    const { artifacts, matrices } = await packableModel(model);
    const stock = await tf.loadLayersModel(tf.io.fromMemory(artifacts));
    expect(stock.layers.map((layer) => layer.getClassName())).toEqual(['Dense', 'Dense', 'Dense']);
    expect([...matrices.keys()]).toEqual(['fc1/kernel', 'fc2/kernel']);
    for (const [name, compressed] of matrices) {
      expect(weightValues(stock)[name]).toEqual(Array.from(compressed.decompress().data));
    }
    expect(predictionDifference(model, stock, data.xs)).toBeLessThan(1e-5);
  });

  it('refuses a model that still computes with dense matrices, and one without compressed layers', async () => {
    const { model } = compressModel(smallNetwork(), options);
    await expect(packableModel(model)).rejects.toMatchObject({ code: 'not-ready' });
    await expect(packableModel(smallNetwork())).rejects.toMatchObject({ code: 'unsupported' });
    await expect(packableModel({} as never)).rejects.toMatchObject({ code: 'invalid-option' });
  });

  it('refuses kernels that were read as another matrix than files hold', async () => {
    const network = tf.sequential({
      layers: [tf.layers.conv2d({ inputShape: [8, 8, 4], filters: 8, kernelSize: 3, name: 'conv' })],
    });
    const { model, callback } = compressModel(network, {
      method: uniform({ bits: 3 }),
      schedule: linearAlpha({ begin: 0, end: 0, frequency: 1 }),
      rules: [{ split: 'spatial', minWeights: 1 }],
    });
    await callback.onTrainBegin();
    await callback.onBatchEnd();
    await expect(packableModel(model)).rejects.toMatchObject({ code: 'unsupported' });
  });
});

describe('refused before the training', () => {
  it.each<[string, object, string]>([
    ['bytes and a ratio', { targetRatio: 20 }, 'invalid-option'],
    ['no bytes', { targetBytes: 0 }, 'invalid-option'],
    ['a ratio of 1', { targetBytes: undefined, targetRatio: 1 }, 'invalid-option'],
    ['no pack', { pack: undefined }, 'invalid-option'],
    ['pack without a size', { targetBytes: undefined }, 'invalid-option'],
    ['pack that is no function', { pack: {} }, 'invalid-option'],
    ['a method of a fixed size', { method: uniform({ bits: 2 }) }, 'unsupported'],
    [
      'a rule with a method of a fixed size',
      { rules: [{ name: 'fc1', method: lowRank({ rank: 2 }) }, {}] },
      'unsupported',
    ],
    ['a schedule that compresses once', { schedule: linearAlpha({ end: 9, frequency: 1 }) }, 'unsupported'],
  ])('%s', (_, changed, code) => {
    const { numTensors } = tf.memory();
    const network = smallNetwork();
    expect(() => compressModel(network, { ...options, ...changed } as never)).toThrow(
      expect.objectContaining({ code }),
    );
    network.dispose();
    expect(tf.memory().numTensors).toBe(numTensors);
  });

  it.each([
    ['less than topology and other weights take', -10],
    ['less than empty matrices take', 10],
  ])('%s', async (_, more) => {
    const targetBytes = BESIDE + more;
    const { model, callback } = compressModel(smallNetwork(), { ...options, targetBytes });
    compile(model);
    const before = weightValues(model);
    await expect(train(model, data, 1, [callback])).rejects.toMatchObject({ code: 'invalid-option' });
    expect(weightValues(model)).toEqual(before);
  });
});
