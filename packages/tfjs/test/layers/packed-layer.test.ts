import type { MatrixCompressor } from '@gcompress/core';
import { kMeans } from '@gcompress/kmeans';
import { lowRank } from '@gcompress/lowrank';
import { compressAtOnce } from '@gcompress/scheduler';
import { simhash } from '@gcompress/simhash';
import { assertClose, normalMatrix } from '@gcompress/testkit';
import * as tf from '@tensorflow/tfjs';
import { beforeAll, describe, expect, it } from 'vitest';
import {
  type AnyMethod,
  compressedLayers,
  compressModel,
  PackedLayer,
  registerCompressedLayers,
  stripCompression,
} from '../../src/layers/index.ts';
import { useTestBackend } from '../backend.ts';
import { classes, compile, loadArtifacts, predictionDifference, savedArtifacts, train } from '../networks.ts';
import { levels, taken } from '../operators.ts';

const data = classes();

/** Layers 12 → 15 → 7 → 4, so that bytes do not fill words; the first two are compressed. */
function oddNetwork(): tf.Sequential {
  const kernel = (seed: number) => tf.initializers.glorotUniform({ seed });
  return tf.sequential({
    layers: [
      tf.layers.dense({ inputShape: [12], units: 15, activation: 'relu', kernelInitializer: kernel(1) }),
      tf.layers.dense({ units: 7, useBias: false, activation: 'tanh', kernelInitializer: kernel(2) }),
      tf.layers.dense({ units: 4, activation: 'softmax', kernelInitializer: kernel(3) }),
    ],
  });
}

/** A model that was trained in compressed form. */
async function compressed(method: MatrixCompressor, epochs = 1): Promise<tf.LayersModel> {
  const options = { method, schedule: compressAtOnce(), minWeights: 100 };
  const { model, callback } = compressModel(oddNetwork(), options);
  compile(model);
  await train(model, data, epochs, [callback]);
  return model;
}

beforeAll(async () => {
  await useTestBackend();
});

describe.each<[string, AnyMethod, MatrixCompressor]>([
  ['integer factors', levels, levels({ count: 6 })],
  ['k-means', kMeans, kMeans({ levels: 5 })],
  ['simhash, which multiplies by its factors', simhash, simhash({ bits: 9 })],
])('stripCompression on %s', (_, method, compressor) => {
  it('gives layers that predict the same, also after saving and loading', async () => {
    const model = await compressed(compressor);
    const stripped = stripCompression(model);
    expect(stripped.layers.map((layer) => layer.getClassName())).toEqual(['PackedLayer', 'PackedLayer', 'Dense']);
    expect(predictionDifference(model, stripped, data.xs)).toBeLessThan(1e-6);
    registerCompressedLayers([method]);
    const loaded = await loadArtifacts(await savedArtifacts(stripped));
    expect(predictionDifference(stripped, loaded, data.xs)).toBe(0);
  });

  it('saves the packed bytes, each tensor padded to words, and the biases', async () => {
    const model = await compressed(compressor);
    const packed = compressedLayers(model)
      .flatMap(({ ops }) => ops)
      .flatMap((op) => Object.values(op.toCompressedMatrixSync().pack().tensors))
      .map((tensor) => tensor.data.byteLength);
    const words = packed.reduce((sum, bytes) => sum + Math.ceil(bytes / 4), 0);
    const { weightData } = await savedArtifacts(stripCompression(model));
    const others = 15 + 7 * 4 + 4;
    expect((weightData as ArrayBuffer).byteLength).toBe(4 * (words + others));
  });

  it('leaks no tensor', async () => {
    const model = await compressed(compressor);
    registerCompressedLayers([method]);
    const before = tf.memory().numTensors;
    const stripped = stripCompression(model);
    const loaded = await loadArtifacts(await savedArtifacts(stripped));
    for (const made of [stripped, loaded]) {
      tf.dispose(made.predict(data.xs));
      const unpacked = tf.memory().numTensors;
      tf.dispose(made.predict(data.xs));
      expect(tf.memory().numTensors).toBe(unpacked);
      made.dispose();
    }
    expect(tf.memory().numTensors).toBe(before);
  });

  it('loading needs the format to be registered, and the error says so', async () => {
    const artifacts = await savedArtifacts(stripCompression(await compressed(compressor)));
    registerCompressedLayers([lowRank]);
    await expect(loadArtifacts(artifacts)).rejects.toThrow(
      `a model that uses lowrank, got format '${compressor.format.id}'`,
    );
  });
});

describe('stripCompression for memory', () => {
  it('keeps only the packed bytes between calls, also in a loaded model', async () => {
    const model = await compressed(kMeans({ levels: 5 }));
    registerCompressedLayers([kMeans]);
    const fast = stripCompression(model);
    const before = tf.memory().numTensors;
    const lean = stripCompression(model, { prefer: 'memory' });
    const loaded = await loadArtifacts(await savedArtifacts(lean));
    const made = tf.memory().numTensors;
    for (const small of [lean, loaded]) expect(predictionDifference(fast, small, data.xs)).toBe(0);
    // The first model was called too, and has a kernel for each of its two packed layers now
    expect(tf.memory().numTensors).toBe(made + 2);
    lean.dispose();
    loaded.dispose();
    expect(tf.memory().numTensors).toBe(before + 2);
  });

  it.each([
    [{ prefer: 'size' }, 'invalid-option', /'speed' or 'memory', got 'size'/],
    [{ keep: 'all' }, 'unknown-option', /got 'keep'/],
  ])('refuses %o', async (options, code, message) => {
    const model = await compressed(kMeans({ levels: 5 }));
    const wrong = () => stripCompression(model, options as never);
    expect(wrong).toThrow(expect.objectContaining({ code }));
    expect(wrong).toThrow(message);
  });
});

it('a packed layer allocates nothing for a hostile file', async () => {
  const artifacts = await savedArtifacts(stripCompression(await compressed(levels({ count: 6 }))));
  registerCompressedLayers([levels]);
  const modelTopology = JSON.parse(
    JSON.stringify(artifacts.modelTopology).replace(
      String.raw`\"shape\":[12,15],\"dtype\"`,
      String.raw`\"shape\":[1e9,15],\"dtype\"`,
    ),
  );
  expect(modelTopology).not.toEqual(artifacts.modelTopology);
  await expect(loadArtifacts({ ...artifacts, modelTopology })).rejects.toThrow(/expected packed tensors of at most/);
});

it('a packed layer uses weights that are written after the first prediction', async () => {
  const [model, other] = [await compressed(levels({ count: 6 })), await compressed(levels({ count: 6 }), 3)];
  const [stripped, wanted] = [stripCompression(model), stripCompression(other)];
  expect(predictionDifference(stripped, wanted, data.xs)).toBeGreaterThan(1e-3);
  const before = tf.memory().numTensors;
  stripped.setWeights(wanted.getWeights());
  expect(predictionDifference(stripped, wanted, data.xs)).toBe(0);
  expect(tf.memory().numTensors, 'tensors left behind').toBe(before);

  const original = stripCompression(model);
  const named = Object.fromEntries(
    original.weights.map((weight, i) => [stripped.weights[i].originalName, weight.read()]),
  );
  stripped.loadWeights(named);
  expect(predictionDifference(stripped, original, data.xs)).toBe(0);
});

it('a packed layer does not train', async () => {
  const stripped = stripCompression(await compressed(levels({ count: 6 })));
  expect(stripped.trainableWeights.length).toBe(2);
  compile(stripped);
  const weights = () => stripped.layers[0].getWeights().map((weight) => Array.from(weight.dataSync()));
  const before = weights();
  await train(stripped, data, 1, []);
  expect(weights()).toEqual(before);
});

it('a packed layer can be made by hand from a packed matrix, for inputs of any rank', () => {
  const kernel = lowRank({ rank: 3 }).compress(normalMatrix([8, 6]));
  const packed = kernel.pack();
  const dense = tf.layers.dense({ inputShape: [5, 8], units: 6 });
  const layer = new PackedLayer({ layer: dense, matrices: [{ name: 'kernel', format: kernel.format, packed }] });
  const model = tf.sequential({ layers: [layer] });
  tf.tidy(() => {
    layer.keptWeights[0].write(tf.ones([6]));
  });
  const input = normalMatrix([10, 8], 2);
  const { shape, data: outputs } = taken(tf.tidy(() => model.predict(tf.tensor(input.data, [2, 5, 8])) as tf.Tensor));
  expect(shape).toEqual([2, 5, 6]);
  const expected = kernel.matMul(input).data.map((sum) => sum + 1);
  assertClose(outputs, expected, { absolute: 1e-5 });
  model.dispose();
});
