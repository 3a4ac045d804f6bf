// Networks with layers of all kinds, packed into a file and loaded as packed layers, and their predictions.
import { kMeans } from '@gcompress/kmeans';
import { kMeansFormat } from '@gcompress/kmeans/format';
import { type PackOptions, pack } from '@gcompress/packed';
import { rowDecoder } from '@gcompress/packed/formats';
import { storedModel } from '@gcompress/packed/stored';
import { pruned } from '@gcompress/pruning';
import { prunedFormat } from '@gcompress/pruning/format';
import { uniform } from '@gcompress/uniform';
import * as tf from '@tensorflow/tfjs';
import { beforeAll, beforeEach, expect } from 'vitest';
import {
  type LoadedMatrixReport,
  type PackedLayersModelOptions,
  packedLayersModel,
  registerCompressedLayers,
} from '../../../src/layers/index.ts';
import { useTestBackend } from '../../backend.ts';
import { savedArtifacts } from '../../networks.ts';

export const formats = [rowDecoder(kMeansFormat), rowDecoder(prunedFormat)];

/** Starts the backend, and registers the packed layers with all methods before each test. */
export function usePackedLayers(): void {
  beforeAll(async () => {
    await useTestBackend();
  });
  beforeEach(() => registerCompressedLayers([uniform, kMeans, pruned]));
}

/** Ways to pack a network. */
export const CHOICES: Readonly<Record<string, PackOptions>> = {
  'uniform levels': { method: uniform({ bits: 5, steps: 'column' }) },
  'a codebook': { method: kMeans({ levels: 16 }) },
  'pruned kernels': { method: pruned({ sparsity: 0.8 }) },
  'a method for each': {
    method: ({ shape }) => (shape.length > 2 ? uniform({ bits: 6 }) : shape[0] % 4 ? kMeans({ levels: 8 }) : undefined),
  },
};

/** Word ids `[b, 6]` to `[b, 5]`: recurrent layers of all kinds, also in wrappers and in a nested model. */
export function wordNetwork(): tf.LayersModel {
  const words = tf.input({ shape: [6] });
  const embedded = tf.layers.embedding({ inputDim: 40, outputDim: 12 }).apply(words);
  const lstm = tf.layers.lstm({ units: 10, returnSequences: true }) as tf.RNN;
  const both = tf.layers.bidirectional({ layer: lstm, mergeMode: 'concat' }).apply(embedded as tf.SymbolicTensor);
  const each = tf.layers.timeDistributed({ layer: tf.layers.dense({ units: 20 }) }).apply(both as tf.SymbolicTensor);
  const inner = tf.sequential({
    layers: [
      tf.layers.gru({ units: 16, inputShape: [6, 20], returnSequences: true }),
      tf.layers.simpleRNN({ units: 20 }),
    ],
  });
  const read = inner.apply(each as tf.SymbolicTensor) as tf.SymbolicTensor;
  return tf.model({ inputs: words, outputs: tf.layers.dense({ units: 15 }).apply(read) as tf.SymbolicTensor });
}

/** A picture `[8, 8, 3]` to 5 numbers: convolutions of all kinds, BatchNorm, and a layer that is used twice. */
export function pictureNetwork(times = 2): tf.LayersModel {
  const picture = tf.input({ shape: [8, 8, 3] });
  const apply = (layer: tf.layers.Layer, x: tf.SymbolicTensor) => layer.apply(x) as tf.SymbolicTensor;
  let x = apply(tf.layers.conv2d({ filters: 16, kernelSize: 3, activation: 'relu' }), picture);
  x = apply(tf.layers.batchNormalization(), x);
  x = apply(tf.layers.depthwiseConv2d({ kernelSize: 5, padding: 'same' }), x);
  x = apply(tf.layers.separableConv2d({ filters: 18, kernelSize: 2, padding: 'same' }), x);
  x = apply(tf.layers.conv2dTranspose({ filters: 6, kernelSize: 2, strides: 2 }), x);
  x = apply(tf.layers.conv1d({ filters: 12, kernelSize: 4 }), apply(tf.layers.reshape({ targetShape: [12, 72] }), x));
  const twice = tf.layers.dense({ units: 12 });
  for (let time = 0; time < times; time++) x = apply(twice, x);
  x = apply(tf.layers.flatten(), x);
  return tf.model({ inputs: picture, outputs: apply(tf.layers.dense({ units: 5 }), x) });
}

export async function packedFile(model: tf.LayersModel, options: PackOptions = {}): Promise<Uint8Array> {
  const { bytes } = await pack(await savedArtifacts(model), { minElements: 100, ...options });
  model.dispose();
  return bytes;
}

export interface Loaded {
  readonly model: tf.LayersModel;
  readonly report: readonly LoadedMatrixReport[];
}

export async function loadPacked(bytes: Uint8Array, options: PackedLayersModelOptions = {}): Promise<Loaded> {
  let report: readonly LoadedMatrixReport[] = [];
  const onReport = (made: typeof report) => {
    report = made;
  };
  const source = storedModel(bytes, { formats });
  const model = await tf.loadLayersModel(packedLayersModel(source, { ...options, onReport }));
  return { model, report };
}

/** Predictions for inputs of a seed. */
export function predictions(model: tf.LayersModel): Float32Array {
  const [{ shape }] = model.inputs;
  const sides = [4, ...shape.slice(1)] as number[];
  return tf.tidy(() => {
    const x =
      sides.length === 2 ? tf.randomUniform(sides, 0, 40, 'int32', 1) : tf.randomUniform(sides, 0, 1, 'float32', 1);
    return (model.predict(x) as tf.Tensor).dataSync().slice() as Float32Array;
  });
}

/** Compares to float32 sums, which kernels may add in another order. */
export function expectClose(actual: Float32Array, expected: Float32Array): void {
  const most = expected.reduce((largest, value) => Math.max(largest, Math.abs(value)), 0);
  const worst = actual.reduce((largest, value, at) => Math.max(largest, Math.abs(value - expected[at])), 0);
  expect(actual.length).toBe(expected.length);
  expect(most).toBeGreaterThan(0);
  expect(worst).toBeLessThan(1e-5 * most);
}
