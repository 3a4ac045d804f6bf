// Models through pack and packedModel, into stock TensorFlow.js.
import { kMeans } from '@gcompress/kmeans';
import { kMeansFormat } from '@gcompress/kmeans/format';
import { lowRank } from '@gcompress/lowrank';
import { lowRankFormat } from '@gcompress/lowrank/format';
import { uniform } from '@gcompress/uniform';
import * as tf from '@tensorflow/tfjs';
import { beforeAll, describe, expect, it } from 'vitest';
import { leanTopology } from '../src/encode/lean-topology.ts';
import { rowDecoder } from '../src/formats/index.ts';
import { type PackOptions, pack } from '../src/index.ts';
import { packedModel } from '../src/load/index.ts';
import { artifactsOf, graphArtifacts, handlerOf, pictureNetwork, wordNetwork } from './models.ts';

const formats = [rowDecoder(kMeansFormat), rowDecoder(lowRankFormat)];
const exact: PackOptions = { method: () => undefined, rest: 'float32' };
const METHODS: readonly PackOptions[] = [
  {},
  { method: uniform({ bits: 3, trellis: 8 }), rest: 'float32' },
  exact,
  { method: kMeans({ levels: 16 }) },
  { method: ({ kind }) => (kind === 'dense' ? lowRank({ rank: 2 }) : kMeans({ levels: 8 })), rest: 'uint8' },
  { rest: 'coded' },
];

beforeAll(() => tf.setBackend('cpu'));

async function load(bytes: Uint8Array): Promise<tf.io.ModelArtifacts> {
  return (await packedModel(bytes, { formats }).load?.()) as tf.io.ModelArtifacts;
}

const LAYERS = [
  ['a picture network', pictureNetwork, () => tf.randomUniform([2, 8, 8, 3], 0, 1, 'float32', 3)],
  ['a word network', wordNetwork, () => tf.tensor2d([[1, 5, 39, 0, 2, 2]], undefined, 'int32')],
] as const;

describe.each(LAYERS)('%s', (_, network, input) => {
  it.each(METHODS)('loads with its topology, and with the weight errors of the report', async (options) => {
    const artifacts = await artifactsOf(network());
    const { bytes, report } = await pack(artifacts, options);
    const loaded = await load(bytes);
    const { weightData, weightSpecs, ...given } = artifacts;
    const { weightData: _data, weightSpecs: _specs, ...rest } = loaded;
    expect(rest).toEqual(leanTopology(given));
    expect(report.bytes).toBe(bytes.length);
    const before = tf.io.decodeWeights(weightData as ArrayBuffer, weightSpecs ?? []);
    const after = tf.io.decodeWeights(loaded.weightData as ArrayBuffer, loaded.weightSpecs ?? []);
    expect(Object.keys(after)).toEqual(Object.keys(before));
    for (const { name, maxError, bytes: stored } of report.weights) {
      const [a, b] = [before[name].dataSync(), after[name].dataSync()] as Float32Array[];
      const largest = a.reduce((most, value, i) => Math.max(most, Math.abs(value - b[i])), 0);
      expect(after[name].shape).toEqual(before[name].shape);
      expect(largest).toBeCloseTo(maxError, 6);
      expect(stored).toBeLessThanOrEqual(a.length * 4);
    }
  });

  it('needs no decoder on the page by default', async () => {
    const artifacts = await artifactsOf(network());
    const { bytes, report } = await pack(artifacts);
    expect(report.weights.some(({ storedAs }) => storedAs === 'uniform')).toBe(true);
    const loaded = await tf.loadLayersModel(packedModel(bytes));
    const [a, b] = [network().predict(input()), loaded.predict(input())] as tf.Tensor[];
    expect(a.sub(b).abs().max().dataSync()[0]).toBeLessThan(0.2);
  });

  it('predicts the same when packed without loss', async () => {
    const model = network();
    const { bytes } = await pack(await artifactsOf(model), exact);
    const loaded = await tf.loadLayersModel(packedModel(bytes));
    const [a, b] = [model.predict(input()), loaded.predict(input())] as tf.Tensor[];
    expect([...b.dataSync()]).toEqual([...a.dataSync()]);
  });
});

describe('a graph model', () => {
  it('keeps everything except the kernels unchanged', async () => {
    const artifacts = graphArtifacts();
    const { bytes, report } = await pack(artifacts, { method: kMeans({ levels: 16 }), rest: 'float32' });
    const loaded = await load(bytes);
    const { weightData, weightSpecs, ...given } = artifacts;
    const { weightData: _data, weightSpecs: _specs, ...rest } = loaded;
    expect(rest).toEqual(given);
    const compressed = report.weights.filter(({ storedAs }) => storedAs === 'kmeans');
    expect(compressed.map(({ name, kind }) => [name, kind])).toEqual([
      ['conv/filter', 'convolution'],
      ['dense/kernel', 'dense'],
      ['table', 'embedding'],
    ]);
    const before = tf.io.decodeWeights(weightData as ArrayBuffer[], weightSpecs ?? []);
    const after = tf.io.decodeWeights(loaded.weightData as ArrayBuffer, loaded.weightSpecs ?? []);
    for (const { name, storedAs } of report.weights) {
      if (storedAs !== 'kmeans') expect([...after[name].dataSync()]).toEqual([...before[name].dataSync()]);
    }
    expect(after.labels.dataSync()).toEqual(['Katze', 'Hündin']);
  });

  it.each([
    [exact, 0],
    [{ method: kMeans({ levels: 256 }) }, 0.1],
  ] as const)('loads into stock TensorFlow.js and predicts', async (options, most) => {
    const artifacts = graphArtifacts();
    const { bytes } = await pack(artifacts, options);
    const [a, b] = await Promise.all([
      tf.loadGraphModel(handlerOf(artifacts)),
      tf.loadGraphModel(packedModel(bytes, { formats })),
    ]);
    const x = tf.randomUniform([1, 6, 6, 2], 0, 1, 'float32', 5);
    const [before, after] = [a.predict(x), b.predict(x)] as tf.Tensor[];
    expect(after.shape).toEqual([1, 7]);
    expect(tf.max(tf.abs(tf.sub(before, after))).dataSync()[0]).toBeLessThanOrEqual(most);
  });
});

it('refuses artifacts with two weights of one name, which TensorFlow.js cannot tell apart', async () => {
  const weightSpecs = [1, 2].map(() => ({ name: 'w', shape: [1], dtype: 'float32' as const }));
  const packing = pack({ modelTopology: {}, weightSpecs, weightData: new ArrayBuffer(8) });
  await expect(packing).rejects.toThrow("pack artifacts: expected a name of its own for each weight, got 'w' twice.");
});

it('keeps the weights of an optimizer apart from kernels', async () => {
  const model = pictureNetwork();
  model.compile({ optimizer: tf.train.adam(), loss: 'meanSquaredError' });
  await model.fit(tf.zeros([2, 8, 8, 3]), tf.zeros([2, 5]), { verbose: 0 });
  const artifacts = await artifactsOf(model, { includeOptimizer: true });
  const { bytes, report } = await pack(artifacts, { method: kMeans({ levels: 16 }), rest: 'float32' });
  const loaded = await load(bytes);
  expect(loaded.weightSpecs?.map(({ group }) => group)).toEqual(artifacts.weightSpecs?.map(({ group }) => group));
  expect(loaded.trainingConfig).toEqual(artifacts.trainingConfig);
  const optimizers = report.weights.filter((_, i) => artifacts.weightSpecs?.[i].group === 'optimizer');
  expect(optimizers.length).toBeGreaterThan(0);
  expect(optimizers.every(({ storedAs }) => storedAs === 'float32' || storedAs === 'int32')).toBe(true);
});

it('a function may name the type of a weight instead of a method', async () => {
  const { report } = await pack(graphArtifacts(), { method: ({ name }) => (name === 'table' ? 'float32' : undefined) });
  const storedAs = (name: string) => report.weights.find((weight) => weight.name === name)?.storedAs;
  expect([storedAs('table'), storedAs('dense/kernel')]).toEqual(['float32', 'float16']);
  await expect(pack(graphArtifacts(), { method: () => 'float8' as never })).rejects.toThrow('a compressor');
});
