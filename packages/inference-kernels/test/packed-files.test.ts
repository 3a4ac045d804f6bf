// Packed files whose matrices are never decoded to dense weights: kernels multiply by what the file holds.
import { kMeans } from '@gcompress/kmeans';
import { kMeansFormat } from '@gcompress/kmeans/format';
import { pack } from '@gcompress/packed';
import { rowDecoder } from '@gcompress/packed/formats';
import { packedModel } from '@gcompress/packed/load';
import { storedModel } from '@gcompress/packed/stored';
import { pruned } from '@gcompress/pruning';
import { prunedFormat } from '@gcompress/pruning/format';
import { executionReport, packedLayersModel, registerCompressedLayers } from '@gcompress/tfjs/layers';
import * as tf from '@tensorflow/tfjs';
import '@tensorflow/tfjs-backend-wasm';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { inferenceKernels } from '../src/index.ts';

const kernels = inferenceKernels();
const formats = [rowDecoder(kMeansFormat), rowDecoder(prunedFormat)];
let bytes: Uint8Array;

beforeAll(async () => {
  await tf.setBackend('cpu');
  const kernel = (seed: number) => tf.initializers.glorotNormal({ seed });
  const model = tf.sequential({
    layers: [
      tf.layers.dense({ inputShape: [256], units: 200, activation: 'relu', kernelInitializer: kernel(1) }),
      tf.layers.dense({ units: 100, kernelInitializer: kernel(2) }),
    ],
  });
  let saved: tf.io.ModelArtifacts | undefined;
  const handler = tf.io.withSaveHandler(async (artifacts) => {
    saved = artifacts;
    return { modelArtifactsInfo: { dateSaved: new Date(0), modelTopologyType: 'JSON' } };
  });
  await model.save(handler);
  model.dispose();
  const method = ({ shape: [inputs] }: { readonly shape: readonly number[] }) =>
    inputs === 256 ? kMeans({ levels: 16 }) : pruned({ sparsity: 0.9 });
  bytes = (await pack(saved as tf.io.ModelArtifacts, { method })).bytes;
});

afterAll(async () => {
  await tf.setBackend('cpu');
});

describe.each(['cpu', 'wasm'])('a packed file on %s', (backend) => {
  beforeAll(async () => {
    await tf.setBackend(backend);
  });

  it('predicts by kernels what it predicts by dense weights, in less than twice the memory of the file', async () => {
    registerCompressedLayers([kMeans, pruned], [], kernels);
    const x = tf.randomNormal([5, 256], 0, 1, 'float32', 3);
    const values = (model: tf.LayersModel) => tf.tidy(() => Array.from((model.predict(x) as tf.Tensor).dataSync()));
    const start = tf.memory().numBytes;
    const dense = await tf.loadLayersModel(packedModel(bytes, { formats }));
    const denseBytes = tf.memory().numBytes - start;
    const expected = values(dense);
    dense.dispose();

    const small = await tf.loadLayersModel(packedLayersModel(storedModel(bytes, { formats })));
    const actual = values(small);
    const most = Math.max(...expected.map(Math.abs));
    expect(most).toBeGreaterThan(0.01);
    for (const [at, value] of expected.entries()) expect(Math.abs(actual[at] - value)).toBeLessThan(1e-5 * most);
    expect(executionReport(small).map(({ execution, callBytes }) => [execution, callBytes])).toEqual(
      Array.from({ length: 2 }, () => ['kernel', 0]),
    );
    // Tensors of the model, and what the kernels hold outside of TensorFlow.js
    const held = executionReport(small).reduce((sum, { heldBytes }) => sum + heldBytes, 4 * 300);
    expect(tf.memory().numBytes - start).toBeLessThanOrEqual(held);
    expect(held).toBeLessThan(2 * bytes.length);
    expect(held).toBeLessThan(denseBytes / 6);
    small.dispose();
    expect(tf.memory().numBytes).toBe(start);
    x.dispose();
  });
});
