// Packed models that compute with kernels: what they hold, report, refuse and learn, and how they are saved and loaded.
import type { Shape2D } from '@gcompress/core';
import { dictLearnFormat } from '@gcompress/dictlearn/format';
import {
  codebookForm,
  dictionaryForm,
  prunedForm,
  type StoredMatrix,
  signForm,
} from '@gcompress/fixtures/stored-matrices';
import { kMeans } from '@gcompress/kmeans';
import { kMeansFormat } from '@gcompress/kmeans/format';
import { prunedFormat } from '@gcompress/pruning/format';
import { simhashFormat } from '@gcompress/simhash/format';
import { executionReport, registerCompressedLayers } from '@gcompress/tfjs/layers';
import * as tf from '@tensorflow/tfjs';
import '@tensorflow/tfjs-backend-wasm';
import { afterAll, beforeAll, describe, expect, it, vi } from 'vitest';
import { inferenceKernels } from '../src/index.ts';
import { denseMatrix, packedModel } from './products.ts';

const SHAPE: Shape2D = [64, 96];
const MATRICES: Readonly<Record<string, StoredMatrix>> = {
  '16 levels': codebookForm(kMeansFormat, 16, 1)(SHAPE, 1),
  '256 levels': codebookForm(kMeansFormat, 256, 1)(SHAPE, 1),
  '256 blocks': codebookForm(kMeansFormat, 256, 8)(SHAPE, 1),
  pruned: prunedForm(prunedFormat, 0.1)(SHAPE, 1),
  dictionary: dictionaryForm(dictLearnFormat, { length: 32, atoms: 40, most: 3, masked: false })(SHAPE, 1),
  'dictionary of bytes': dictionaryForm(dictLearnFormat, {
    length: 32,
    atoms: 256,
    most: 4,
    masked: false,
    valueBits: 8,
  })(SHAPE, 1),
  'sign bits': signForm(simhashFormat, 45, 'orthogonal')(SHAPE, 1),
};
/** Bytes beside the packed bits: 64 for a table of levels; narrow numbers in bytes; the axes of a rotation of 64 rows. */
const SIGNALS = SHAPE[0] * (SHAPE[1] / 32);
const EXTRA: Readonly<Record<string, number>> = {
  '16 levels': 64,
  // A count of 2 bytes for each row; a column of a byte for each of the kept entries, whose gaps take less
  pruned: 2 * SHAPE[0] + MATRICES.pruned.packed.tensors.values.data.length,
  // Counts and positions take 2 and 6 bits in the packed form
  dictionary: SIGNALS * (3 * (2 / 8) + 6 / 8),
  'dictionary of bytes': SIGNALS * (5 / 8),
  'sign bits': 2 * 64 * (2 * 6 + 1) + ((3 / 45) * (45 * 96)) / 8,
};

/** Bytes of all tensors with packed bits, as the format would store them without the entropy coder. */
function packedBits({ format, packed }: StoredMatrix): number {
  const { tensors } = format.codec?.decode(packed) ?? packed;
  return Object.values(tensors).reduce((sum, { data }) => sum + data.byteLength, 0);
}

const kernels = inferenceKernels();

afterAll(async () => {
  await tf.setBackend('cpu');
});

describe.each(['cpu', 'wasm'])('on %s', (backend) => {
  beforeAll(async () => {
    await tf.setBackend(backend);
  });

  const call = (model: tf.LayersModel, rows = 3) => {
    const x = tf.ones([rows, SHAPE[0]]);
    const y = tf.tidy(() => model.apply(x) as tf.Tensor);
    const values = y.dataSync().slice();
    tf.dispose([x, y]);
    return values;
  };

  it.each(Object.entries(MATRICES))('calls leak no tensor, and dispose frees all: %s', (_, matrix) => {
    const before = tf.memory();
    const model = packedModel(matrix, kernels);
    call(model);
    const called = tf.memory();
    for (const rows of [1, 2, 9]) call(model, rows);
    expect(tf.memory().numTensors).toBe(called.numTensors);
    const [{ heldBytes }] = executionReport(model);
    // The wasm kernels hold tensors; those of cpu hold arrays
    if (backend === 'wasm') expect(called.numBytes - before.numBytes).toBe(heldBytes);
    else expect(called.numBytes - before.numBytes).toBeLessThanOrEqual(heldBytes);
    model.dispose();
    expect(tf.memory().numTensors).toBe(before.numTensors);
    expect(tf.memory().numBytes).toBe(before.numBytes);
  });

  it('holds one form: the packed bits within 5 %, and what wider numbers take beyond them', () => {
    for (const [name, matrix] of Object.entries(MATRICES)) {
      const model = packedModel(matrix, kernels);
      call(model);
      const [{ heldBytes }] = executionReport(model);
      model.dispose();
      expect(heldBytes, name).toBeLessThanOrEqual(1.05 * packedBits(matrix) + (EXTRA[name] ?? 0) + 64);
    }
  });

  it.each(Object.entries(MATRICES))('saves what was stored after calls, and goes on: %s', async (_, matrix) => {
    const model = packedModel(matrix, kernels);
    const saved = () => model.getWeights().map((weight) => weight.dataSync().slice());
    const stored = saved();
    const expected = call(model);
    const { numBytes } = tf.memory();
    expect(saved()).toEqual(stored);
    expect(call(model)).toEqual(expected);
    expect(tf.memory().numBytes).toBe(numBytes);
    model.dispose();
  });

  it('a layer that prefers speed takes some kernels only for eight rows and more, and computes the same with both', () => {
    const matrix = prunedForm(prunedFormat, 0.2)(SHAPE, 3);
    const before = tf.memory();
    const model = packedModel(matrix, kernels, 'speed');
    const dense = packedModel(matrix, [], 'speed');
    const stored = model.getWeights().map((weight) => weight.dataSync().slice());
    for (const rows of [9, 1, 7, 8, 30]) {
      const [actual, expected] = [call(model, rows), call(dense, rows)];
      for (const [i, value] of expected.entries()) expect(actual[i]).toBeCloseTo(value, 3);
      const [{ execution, batches }] = executionReport(model);
      if (backend === 'cpu') expect({ execution, batches }).toEqual({ execution: 'kernel', batches: { from: 1 } });
      else if (rows < 8) expect({ execution, batches }).toEqual({ execution: 'dense', batches: { from: 1, to: 7 } });
      else expect({ execution, batches }).toEqual({ execution: 'kernel', batches: { from: 8 } });
    }
    expect(model.getWeights().map((weight) => weight.dataSync().slice())).toEqual(stored);
    model.dispose();
    dense.dispose();
    expect(tf.memory()).toMatchObject({ numTensors: before.numTensors, numBytes: before.numBytes });
  });

  it('a layer that prefers speed takes a kernel only where it pays', async () => {
    const executions = Object.entries(MATRICES).map(([name, matrix]) => {
      const model = packedModel(matrix, kernels, 'speed');
      call(model);
      const [{ execution, layer, format }] = executionReport(model);
      model.dispose();
      expect({ layer, format }).toEqual({ layer: expect.stringMatching(/^dense/), format: matrix.format.id });
      return [name, execution];
    });
    // Plain JavaScript decodes as slowly as it multiplies; small matrices stay in the cache as they are
    expect(Object.fromEntries(executions)).toEqual({
      '16 levels': 'dense',
      '256 levels': 'dense',
      '256 blocks': 'dense',
      pruned: 'kernel',
      dictionary: 'dense',
      'dictionary of bytes': 'dense',
      'sign bits': backend === 'cpu' ? 'kernel' : 'dense',
    });
  });

  it('inputs of a packed layer have the gradient of the dense product', () => {
    const matrix = MATRICES['256 levels'];
    const model = packedModel(matrix, kernels);
    const gradient = tf.tidy(() => {
      const product = (x: tf.Tensor) => (model.apply(x) as tf.Tensor).sum();
      return tf
        .grad(product)(tf.ones([2, SHAPE[0]]))
        .dataSync()
        .slice();
    });
    const dense = tf.tidy(() =>
      tf
        .tensor2d(Float32Array.from(denseMatrix(matrix)), [...SHAPE])
        .sum(1)
        .dataSync(),
    );
    for (let at = 0; at < gradient.length; at++) expect(gradient[at]).toBeCloseTo(dense[at % SHAPE[0]], 4);
    model.dispose();
  });

  it('a saved model computes the same after it is loaded with kernels', async () => {
    const model = packedModel(MATRICES['16 levels'], kernels);
    const expected = call(model);
    let saved: tf.io.ModelArtifacts | undefined;
    await model.save(
      tf.io.withSaveHandler(async (artifacts) => {
        saved = artifacts;
        return { modelArtifactsInfo: { dateSaved: new Date(0), modelTopologyType: 'JSON' } };
      }),
    );
    registerCompressedLayers([kMeans], [], kernels);
    const loaded = await tf.loadLayersModel(tf.io.fromMemory(saved as tf.io.ModelArtifacts));
    expect(call(loaded)).toEqual(expected);
    expect(executionReport(loaded).map(({ execution }) => execution)).toEqual(['kernel']);
    model.dispose();
    loaded.dispose();
  });

  it('refuses codes that name no level or block, before anything is multiplied', () => {
    for (const blockSize of [1, 8]) {
      const { format, packed } = codebookForm(kMeansFormat, 11, blockSize)(SHAPE, 1);
      const { codebook } = packed.tensors;
      const length = Math.ceil((SHAPE[0] * Math.ceil(SHAPE[1] / blockSize) * 4) / 8);
      const encoding = { shape: [length], data: new Uint8Array(length).fill(255) };
      const model = packedModel({ format, packed: { ...packed, tensors: { codebook, encoding } } }, kernels);
      const made = tf.memory().numTensors;
      const x = tf.ones([1, SHAPE[0]]);
      expect(() => tf.tidy(() => model.apply(x) as tf.Tensor)).toThrow(/'encoding': expected codes below 11, got 15/);
      x.dispose();
      expect(tf.memory().numTensors).toBe(made);
      model.dispose();
    }
  });
});

it('a model goes on when the backend changes between two calls', async () => {
  await tf.setBackend('wasm');
  const model = packedModel(MATRICES.pruned, kernels);
  const run = () => tf.tidy(() => (model.apply(tf.ones([1, SHAPE[0]])) as tf.Tensor).dataSync().slice());
  const expected = run();
  await tf.setBackend('cpu');
  const actual = run();
  for (const [at, value] of actual.entries()) expect(value).toBeCloseTo(expected[at], 4);
  await tf.setBackend('wasm');
  expect(run()).toEqual(expected);
  model.dispose();
});

it('a page that forbids WebAssembly of its own computes in plain JavaScript', async () => {
  await tf.setBackend('wasm');
  const forbidden = class {
    constructor() {
      throw new EvalError('blocked by the content security policy');
    }
  };
  const { WebAssembly: engine } = globalThis as unknown as { WebAssembly: { Memory: unknown } };
  vi.stubGlobal('WebAssembly', { ...engine, Memory: engine.Memory, Module: forbidden });
  try {
    const model = packedModel(MATRICES['16 levels'], inferenceKernels(), 'speed');
    tf.tidy(() => model.apply(tf.ones([1, SHAPE[0]])) as tf.Tensor);
    expect(executionReport(model).map(({ execution }) => execution)).toEqual(['dense']);
    model.dispose();
  } finally {
    vi.unstubAllGlobals();
  }
});
