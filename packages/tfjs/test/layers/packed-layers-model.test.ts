// Packed files loaded as packed layers: the same predictions as with dense weights, in the memory of the stored form.
import { isGCompressError } from '@gcompress/core';
import { kMeans } from '@gcompress/kmeans';
import { kMeansFormat } from '@gcompress/kmeans/format';
import { type PackOptions, pack } from '@gcompress/packed';
import { rowDecoder } from '@gcompress/packed/formats';
import { packedModel } from '@gcompress/packed/load';
import { storedModel } from '@gcompress/packed/stored';
import { pruned } from '@gcompress/pruning';
import { prunedFormat } from '@gcompress/pruning/format';
import { uniform } from '@gcompress/uniform';
import * as tf from '@tensorflow/tfjs';
import { beforeAll, beforeEach, describe, expect, it } from 'vitest';
import {
  executionReport,
  type LoadedMatrixReport,
  PackedLayer,
  type PackedLayersModelOptions,
  packedLayersModel,
  registerCompressedLayers,
} from '../../src/layers/index.ts';
import { useTestBackend } from '../backend.ts';
import { loadArtifacts, savedArtifacts } from '../networks.ts';

const formats = [rowDecoder(kMeansFormat), rowDecoder(prunedFormat)];
const METHODS = [uniform, kMeans, pruned];

beforeAll(async () => {
  await useTestBackend();
});

beforeEach(() => registerCompressedLayers(METHODS));

/** Word ids `[b, 6]` to `[b, 5]`: recurrent layers of all kinds, also in wrappers and in a nested model. */
function wordNetwork(): tf.LayersModel {
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
function pictureNetwork(times = 2): tf.LayersModel {
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

async function packedFile(model: tf.LayersModel, options: PackOptions = {}): Promise<Uint8Array> {
  const { bytes } = await pack(await savedArtifacts(model), { minElements: 100, ...options });
  model.dispose();
  return bytes;
}

interface Loaded {
  readonly model: tf.LayersModel;
  readonly report: readonly LoadedMatrixReport[];
}

async function loadPacked(bytes: Uint8Array, options: PackedLayersModelOptions = {}): Promise<Loaded> {
  let report: readonly LoadedMatrixReport[] = [];
  const onReport = (made: typeof report) => {
    report = made;
  };
  const source = storedModel(bytes, { formats });
  const model = await tf.loadLayersModel(packedLayersModel(source, { ...options, onReport }));
  return { model, report };
}

/** Predictions for inputs of a seed. */
function predictions(model: tf.LayersModel): Float32Array {
  const [{ shape }] = model.inputs;
  const sides = [4, ...shape.slice(1)] as number[];
  return tf.tidy(() => {
    const x =
      sides.length === 2 ? tf.randomUniform(sides, 0, 40, 'int32', 1) : tf.randomUniform(sides, 0, 1, 'float32', 1);
    return (model.predict(x) as tf.Tensor).dataSync().slice() as Float32Array;
  });
}

/** Compares to float32 sums, which kernels may add in another order. */
function expectClose(actual: Float32Array, expected: Float32Array): void {
  const most = expected.reduce((largest, value) => Math.max(largest, Math.abs(value)), 0);
  const worst = actual.reduce((largest, value, at) => Math.max(largest, Math.abs(value - expected[at])), 0);
  expect(actual.length).toBe(expected.length);
  expect(most).toBeGreaterThan(0);
  expect(worst).toBeLessThan(1e-5 * most);
}

const NETWORKS: Readonly<Record<string, (times?: number) => tf.LayersModel>> = {
  words: wordNetwork,
  pictures: pictureNetwork,
};
const CHOICES: Readonly<Record<string, PackOptions>> = {
  'uniform levels': { method: uniform({ bits: 5, steps: 'column' }) },
  'a codebook': { method: kMeans({ levels: 16 }) },
  'pruned kernels': { method: pruned({ sparsity: 0.8 }) },
  'a method for each': {
    method: ({ shape }) => (shape.length > 2 ? uniform({ bits: 6 }) : shape[0] % 4 ? kMeans({ levels: 8 }) : undefined),
  },
};

it('equal kernels, which the file stores once, become packed layers each', async () => {
  const kernelInitializer = tf.initializers.glorotNormal({ seed: 1 });
  const dense = (name: string) => tf.layers.dense({ units: 24, name, activation: 'tanh', kernelInitializer });
  const x = tf.input({ shape: [24] });
  const y = dense('twin-b').apply(dense('twin-a').apply(x)) as tf.SymbolicTensor;
  const { bytes, report: packed } = await pack(await savedArtifacts(tf.model({ inputs: x, outputs: y })));
  expect(packed.weights.flatMap(({ copyOf }) => copyOf ?? [])).toEqual(['twin-a/kernel', 'twin-a/bias']);
  const before = tf.memory().numTensors;
  const original = await tf.loadLayersModel(packedModel(bytes));
  const { model, report } = await loadPacked(bytes);
  expect(report.map(({ layer }) => layer)).toEqual(['twin-a', 'twin-b']);
  expectClose(predictions(model), predictions(original));
  for (const one of [original, model]) one.dispose();
  expect(tf.memory().numTensors).toBe(before);
});

describe.each(Object.entries(NETWORKS))('a network of %s', (_, network) => {
  it.each(Object.entries(CHOICES))('predicts the same from packed layers, with %s', async (_, options) => {
    const bytes = await packedFile(network(), options);
    const dense = await tf.loadLayersModel(packedModel(bytes, { formats }));
    for (const prefer of ['memory', 'speed'] as const) {
      const { model } = await loadPacked(bytes, { prefer });
      const expected = predictions(dense);
      expectClose(predictions(model), expected);
      expectClose(predictions(model), expected);
      expect(executionReport(model).length).toBeGreaterThan(1);
      model.dispose();
    }
    dense.dispose();
  });

  it('leaves no tensor behind', async () => {
    // TensorFlow.js itself never disposes a layer that is used twice
    const bytes = await packedFile(network(1));
    const before = tf.memory().numTensors;
    const { model } = await loadPacked(bytes);
    predictions(model);
    model.dispose();
    expect(tf.memory().numTensors).toBe(before);
  });

  it('is saved and loaded like every packed model', async () => {
    const { model } = await loadPacked(await packedFile(network()));
    const expected = predictions(model);
    const again = await loadArtifacts(await savedArtifacts(model));
    expect(predictions(again)).toEqual(expected);
    again.dispose();
    model.dispose();
  });
});

describe('the report', () => {
  it('names the layer of each matrix in words, whose kernels are all packed', async () => {
    const { model, report } = await loadPacked(await packedFile(wordNetwork()));
    expect(report.filter(({ reason }) => reason !== undefined)).toEqual([]);
    expect(report).toHaveLength(11);
    const classes = model.layers.map((layer) => (layer instanceof PackedLayer ? layer.inner : layer).getClassName());
    expect(classes).toContain('Bidirectional');
    const packed = executionReport(model);
    expect(packed).toEqual([]);
    predictions(model);
    const names = executionReport(model).map(({ name }) => name);
    expect(names).toEqual(expect.arrayContaining(['forward_kernel', 'backward_recurrent_kernel', 'embeddings']));
    expect(names).toHaveLength(11);
    model.dispose();
  });

  it('says why kernels are dense whose layers read them in another way', async () => {
    const { model, report } = await loadPacked(await packedFile(pictureNetwork()));
    const reasons = report.filter(({ layer }) => layer === undefined).map(({ weight, reason }) => [weight, reason]);
    expect(reasons).toEqual([
      [
        expect.stringMatching(/depthwise_kernel$/),
        'DepthwiseConv2D reads it as a matrix [25, 16] of other rows than the file',
      ],
      [
        expect.stringMatching(/^conv2d_transpose.*kernel$/),
        'Conv2DTranspose reads it as a matrix [18, 24] of other rows than the file',
      ],
    ]);
    expect(report.filter(({ layer }) => layer !== undefined).length).toBeGreaterThan(4);
    model.dispose();
  });

  it('says which formats belong to none of the methods, and decodes them', async () => {
    registerCompressedLayers([uniform]);
    const bytes = await packedFile(wordNetwork(), CHOICES['a method for each']);
    const { model, report } = await loadPacked(bytes, { methods: [uniform] });
    expect(new Set(report.map(({ format, reason }) => `${format}: ${reason}`))).toEqual(
      new Set(["kmeans: the format 'kmeans' belongs to none of the methods"]),
    );
    const dense = await tf.loadLayersModel(packedModel(bytes, { formats }));
    expectClose(predictions(model), predictions(dense));
    expect(model.layers.some((layer) => layer instanceof PackedLayer)).toBe(false);
    model.dispose();
    dense.dispose();
    await expect(loadPacked(bytes)).rejects.toMatchObject({ code: 'unknown-format' });
  });

  it('decodes the kernels of custom layers', async () => {
    class Twice extends tf.layers.Layer {
      static readonly className = 'Twice';
      #kernel: tf.LayerVariable | undefined;
      override build(): void {
        this.#kernel = this.addWeight('kernel', [16, 16], 'float32', tf.initializers.glorotNormal({ seed: 1 }));
        super.build([null, 16]);
      }
      override call(x: tf.Tensor | tf.Tensor[]): tf.Tensor {
        return tf.matMul([x].flat()[0], (this.#kernel as tf.LayerVariable).read());
      }
    }
    tf.serialization.registerClass(Twice);
    const bytes = await packedFile(
      tf.sequential({ layers: [tf.layers.inputLayer({ inputShape: [16] }), new Twice()] }),
    );
    const { model, report } = await loadPacked(bytes);
    expect(report.map(({ reason }) => reason)).toEqual(["a packed layer knows no matrix 'kernel' of Twice"]);
    model.dispose();
  });
});

describe('the memory', () => {
  /** A network of 1.2 MB in float32. */
  const wide = () =>
    tf.sequential({
      layers: [
        tf.layers.dense({ inputShape: [300], units: 500, kernelInitializer: 'glorotNormal' }),
        tf.layers.dense({ units: 300, kernelInitializer: 'glorotNormal' }),
      ],
    });

  it.each([
    // From −8 to 8
    ['17 uniform levels', uniform({ bits: 4 }), 5],
    ['a codebook of 16 levels', kMeans({ levels: 16 }), 4],
  ])('between calls is that of packed bits, with %s', async (_, method, bits) => {
    const bytes = await packedFile(wide(), { method });
    const start = tf.memory().numBytes;
    const dense = await tf.loadLayersModel(packedModel(bytes, { formats }));
    const denseBytes = tf.memory().numBytes - start;
    dense.dispose();
    expect(denseBytes).toBeGreaterThan(1.2e6);

    const { model } = await loadPacked(bytes);
    const loadedBytes = tf.memory().numBytes - start;
    // The file's own bytes in words, and the biases in float32
    expect(loadedBytes).toBeLessThan(bytes.length + 4 * 800);
    predictions(model);
    const heldBytes = tf.memory().numBytes - start;
    // Packed bits, however small the entropy-coded form is
    expect(heldBytes).toBeLessThan((bits / 32) * denseBytes + 8000);
    expect(heldBytes).toBe(executionReport(model).reduce((sum, matrix) => sum + matrix.heldBytes, 0) + 4 * 800);
    model.dispose();
    expect(tf.memory().numBytes).toBe(start);
  });
});

describe('a hostile file', () => {
  const codeOf = async (loading: Promise<unknown>) => {
    const error = await loading.then(
      () => undefined,
      (cause: unknown) => cause,
    );
    if (isGCompressError(error)) return error.code;
    throw error ?? new Error('it loaded');
  };

  it('with models nested too deep is refused', async () => {
    const artifacts = await savedArtifacts(wordNetwork());
    let modelTopology = artifacts.modelTopology as object;
    for (let depth = 0; depth < 40; depth++) {
      modelTopology = { class_name: 'Sequential', config: { name: `s${depth}`, layers: [modelTopology] } };
    }
    const { bytes } = await pack({ ...artifacts, modelTopology });
    expect(await codeOf(loadPacked(bytes))).toBe('file-header');
  });

  it('with two layers of one name loads neither as a packed layer', async () => {
    const artifacts = await savedArtifacts(wordNetwork());
    const topology = artifacts.modelTopology as { readonly config: { readonly layers: readonly object[] } };
    const layers = [...topology.config.layers, ...topology.config.layers];
    const { bytes } = await pack({
      ...artifacts,
      modelTopology: { ...topology, config: { ...topology.config, layers } },
    });
    const reports: (readonly LoadedMatrixReport[])[] = [];
    const handler = packedLayersModel(storedModel(bytes), { onReport: (report) => reports.push(report) });
    await handler.load?.();
    expect(reports[0].map(({ reason }) => reason)).toContainEqual(expect.stringMatching(/^2 layers/));
    expect(reports[0].every(({ layer }) => layer === undefined)).toBe(true);
  });
});

describe('arguments', () => {
  it.each([
    ['no source', () => packedLayersModel(undefined as never), 'invalid-option'],
    ['a source without load', () => packedLayersModel({} as never), 'invalid-option'],
    [
      'an unknown option',
      () => packedLayersModel(storedModel(new Uint8Array(1)), { kernels: [] } as never),
      'unknown-option',
    ],
    [
      'another preference',
      () => packedLayersModel(storedModel(new Uint8Array(1)), { prefer: 'size' as never }),
      'invalid-option',
    ],
    [
      'compressors for methods',
      () => packedLayersModel(storedModel(new Uint8Array(1)), { methods: [3] as never }),
      'invalid-option',
    ],
  ])('%s are refused', (_, call, code) => {
    expect(call).toThrow(expect.objectContaining({ code }));
  });
});
