// Bias correction for the mean error of compressed kernels.

import { artifactsOfGraph, geometry, graphModel, type Node, text } from '@gcompress/fixtures/graphs';
import * as tf from '@tensorflow/tfjs';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { calibrate, correctBiases } from '../src/index.ts';
import { artifactsOf } from './artifacts.ts';
import { expectClose, normal } from './values.ts';

let tensors = 0;
beforeEach(() => {
  tensors = tf.memory().numTensors;
});
afterEach(() => {
  expect(tf.memory().numTensors).toBe(tensors);
});

const ALL = { batchSize: 100, rowsPerBatch: 10_000 };

/** The artifacts with kernels of whole tenths, biases as they were. */
function rounded(artifacts: tf.io.ModelArtifacts, names: (name: string) => boolean): tf.io.ModelArtifacts {
  const weightData = (artifacts.weightData as ArrayBuffer).slice(0);
  let at = 0;
  for (const { name, shape, dtype } of artifacts.weightSpecs ?? []) {
    const size = shape.reduce((product, side) => product * side, 1);
    const values = dtype === 'float32' ? new Float32Array(weightData, at, size) : undefined;
    if (names(name))
      values?.forEach((value, place) => {
        values[place] = Math.round(2 * value + 0.3) / 2;
      });
    at += 4 * size;
  }
  return { ...artifacts, weightData };
}

/** Means of the outputs over all axes except the channels. */
function means(model: tf.LayersModel | tf.GraphModel, inputs: tf.Tensor, axis = -1): Float32Array {
  return tf.tidy(() => {
    const y = model.predict(inputs) as tf.Tensor;
    const last = axis < 0 ? y.rank + axis : axis;
    return y.mean(y.shape.map((_, at) => at).filter((at) => at !== last)).dataSync() as Float32Array;
  });
}

const loaded = (artifacts: tf.io.ModelArtifacts) => tf.loadLayersModel({ load: async () => artifacts });
const isKernel = (name: string) => /kernel|w$/.test(name);

describe('correctBiases of a layers model', () => {
  it.each([
    ['Dense', () => tf.layers.dense({ units: 3 }), [7], isKernel],
    ['Conv1D', () => tf.layers.conv1d({ filters: 3, kernelSize: 3, padding: 'same' }), [6, 2], isKernel],
    ['Conv2D', () => tf.layers.conv2d({ filters: 3, kernelSize: 3, strides: 2, padding: 'same' }), [7, 6, 2], isKernel],
    [
      'Conv2DTranspose',
      () => tf.layers.conv2dTranspose({ filters: 3, kernelSize: 3, strides: 2 }),
      [4, 5, 2],
      isKernel,
    ],
    ['DepthwiseConv2D', () => tf.layers.depthwiseConv2d({ kernelSize: 3, depthMultiplier: 2 }), [7, 6, 2], isKernel],
    [
      'the pointwise kernel of SeparableConv2D',
      () => tf.layers.separableConv2d({ filters: 3, kernelSize: 3 }),
      [7, 6, 2],
      (name: string) => name.includes('pointwise'),
    ],
  ] as const)('%s: the means of the outputs are those of the original', async (_, layer, shape, names) => {
    const model = tf.sequential({ layers: [tf.layers.inputLayer({ inputShape: [...shape] }), layer()] });
    // Seeded, so that rounding moves the means in every run
    tf.tidy(() => model.setWeights(model.getWeights().map((weight, at) => normal(weight.shape, at + 2).mul(0.4))));
    const inputs = tf.tidy(() => normal([9, ...shape]).add(0.5));
    const original = await artifactsOf(model);
    const { artifacts, corrected } = await correctBiases(
      original,
      rounded(original, names),
      await calibrate(model, inputs, ALL),
    );
    const [before, after] = [await loaded(rounded(original, names)), await loaded(artifacts)];
    expect(corrected.size).toBe(1);
    const wanted = means(model, inputs);
    expect(Math.max(...means(before, inputs).map((value, at) => Math.abs(value - wanted[at])))).toBeGreaterThan(0.05);
    expectClose(means(after, inputs), wanted);
    for (const one of [model, before, after]) one.dispose();
    inputs.dispose();
  });

  it('skips recurrent layers and layers without a bias, and does not change its arguments', async () => {
    const model = tf.sequential({
      layers: [
        tf.layers.lstm({ inputShape: [4, 3], units: 5, name: 'lstm' }),
        tf.layers.dense({ units: 3, useBias: false, name: 'plain' }),
        tf.layers.dense({ units: 2, name: 'head' }),
      ],
    });
    const inputs = normal([6, 4, 3]);
    const original = await artifactsOf(model);
    const compressed = rounded(original, isKernel);
    const copy = (compressed.weightData as ArrayBuffer).slice(0);
    const { artifacts, corrected } = await correctBiases(original, compressed, await calibrate(model, inputs));
    expect([...corrected]).toEqual([['head/kernel', 'head/bias']]);
    expect(compressed.weightData).toEqual(copy);
    expect(artifacts.weightSpecs).toEqual(original.weightSpecs);
    expect((artifacts.weightData as ArrayBuffer).slice(0, -8)).toEqual(copy.slice(0, -8));
    model.dispose();
    inputs.dispose();
  });

  it('keeps the quantization of weights that it does not correct', async () => {
    const model = tf.sequential({ layers: [tf.layers.dense({ inputShape: [3], units: 2, name: 'head' })] });
    const inputs = tf.tidy(() => normal([6, 3]).add(0.5));
    const original = await artifactsOf(model);
    const kernel = Uint8Array.of(0, 51, 102, 153, 204, 255);
    const bias = Uint16Array.of(3, 4);
    const small: tf.io.ModelArtifacts = {
      ...original,
      weightSpecs: [
        {
          name: 'head/kernel',
          shape: [3, 2],
          dtype: 'float32',
          quantization: { dtype: 'uint8', scale: 0.01, min: -1 },
        },
        { name: 'head/bias', shape: [2], dtype: 'float32', quantization: { dtype: 'uint16', scale: 0.1, min: -0.2 } },
      ],
      weightData: [kernel.slice().buffer, bias.slice().buffer],
    };
    const { artifacts } = await correctBiases(original, small, await calibrate(model, inputs, ALL));
    expect(artifacts.weightSpecs).toEqual([
      small.weightSpecs?.[0],
      { name: 'head/bias', shape: [2], dtype: 'float32' },
    ]);
    const data = artifacts.weightData as ArrayBuffer;
    expect(new Uint8Array(data, 0, 6)).toEqual(kernel);
    expect(data.byteLength).toBe(6 + 8);
    const after = await loaded(artifacts);
    expectClose(means(after, inputs), means(model, inputs));
    for (const one of [model, after]) one.dispose();
    inputs.dispose();
  });

  it('refuses artifacts and calibrations of different models, and other values', async () => {
    const [model, other] = [4, 5].map((units) =>
      tf.sequential({ layers: [tf.layers.dense({ inputShape: [units], units, name: 'only' })] }),
    );
    const inputs = normal([6, 4]);
    const [a, b] = [await artifactsOf(model), await artifactsOf(other)];
    const data = await calibrate(model, inputs);
    await expect(correctBiases(a, b, data)).rejects.toThrow("correctBiases: expected 'only/kernel' of 4,4, got 5,5");
    await expect(correctBiases(b, b, data)).rejects.toThrow(expect.objectContaining({ code: 'shape-mismatch' }));
    for (const wrong of [null, {}, { modelTopology: {}, weightSpecs: 7 }, { ...a, weightData: new ArrayBuffer(3) }]) {
      await expect(correctBiases(wrong as never, a, data)).rejects.toThrow(
        expect.objectContaining({ name: 'GCompressError' }),
      );
      await expect(correctBiases(a, wrong as never, data)).rejects.toThrow(
        expect.objectContaining({ name: 'GCompressError' }),
      );
    }
    await expect(correctBiases(a, a, {} as never)).rejects.toThrow(expect.objectContaining({ code: 'invalid-option' }));
    for (const one of [model, other]) one.dispose();
    inputs.dispose();
  });
});

describe('correctBiases of a graph model', () => {
  const fused = { fused_ops: { list: { s: [btoa('BiasAdd')] } }, num_args: { i: '1' } };
  const picture = { shape: [5, 7, 6, 2], weight: [3, 3, 2, 3] };
  it.each<[string, { shape: number[]; weight: number[] }, Record<string, Node>]>([
    [
      'BiasAdd after MatMul',
      { shape: [9, 4], weight: [4, 3] },
      { y: ['MatMul', ['x', 'w']], out: ['BiasAdd', ['y', 'b']] },
    ],
    [
      'a sum with the constant first',
      { shape: [9, 4], weight: [4, 3] },
      { y: ['MatMul', ['x', 'w']], out: ['AddV2', ['b', 'y']] },
    ],
    [
      'BiasAdd after Conv2D',
      picture,
      {
        y: ['Conv2D', ['x', 'w'], geometry('SAME', 2)],
        read: ['Identity', ['b']],
        out: ['BiasAdd', ['y', 'read'], { data_format: text('NHWC') }],
      },
    ],
    ['_FusedConv2D', picture, { out: ['_FusedConv2D', ['x', 'w', 'b'], { ...geometry('VALID'), ...fused }] }],
    ['_FusedMatMul', { shape: [9, 4], weight: [4, 3] }, { out: ['_FusedMatMul', ['x', 'w', 'b'], fused] }],
  ])('%s: the means of the outputs are those of the original', async (_, { shape, weight }, nodes) => {
    const graph = {
      inputs: { x: [-1, ...shape.slice(1)] },
      constants: { w: normal(weight, 2), b: normal([3], 3) },
      nodes,
      output: 'out',
    };
    const original = artifactsOfGraph(graph);
    const model = await graphModel(original);
    const inputs = tf.tidy(() => normal(shape).add(0.5));
    const small = rounded(original, isKernel);
    const { artifacts, corrected } = await correctBiases(original, small, await calibrate(model, inputs, ALL));
    expect([...corrected]).toEqual([['w', 'b']]);
    const [before, after] = [await graphModel(small), await graphModel(artifacts)];
    const wanted = means(model, inputs);
    expect(Math.max(...means(before, inputs).map((value, at) => Math.abs(value - wanted[at])))).toBeGreaterThan(0.05);
    expectClose(means(after, inputs), wanted);
    for (const one of [model, before, after]) one.dispose();
    inputs.dispose();
  });

  it('skips kernels whose outputs or biases are used twice', async () => {
    const constants = () => ({ w: normal([4, 4], 2), v: normal([4, 4], 4), b: normal([4], 3) });
    for (const nodes of [
      { y: ['MatMul', ['x', 'w']], one: ['BiasAdd', ['y', 'b']], out: ['AddV2', ['one', 'y']] },
      {
        y: ['MatMul', ['x', 'w']],
        one: ['BiasAdd', ['y', 'b']],
        z: ['MatMul', ['one', 'v']],
        out: ['BiasAdd', ['z', 'b']],
      },
      { y: ['MatMul', ['x', 'w']], z: ['MatMul', ['y', 'w']], out: ['BiasAdd', ['z', 'b']] },
      { y: ['MatMul', ['w', 'x']], out: ['BiasAdd', ['y', 'b']] },
    ] as Record<string, Node>[]) {
      const original = artifactsOfGraph({ inputs: { x: [-1, 4] }, constants: constants(), nodes, output: 'out' });
      const model = await graphModel(original);
      const inputs = normal([4, 4]);
      const { corrected } = await correctBiases(original, rounded(original, isKernel), await calibrate(model, inputs));
      expect([...corrected]).toEqual([]);
      model.dispose();
      inputs.dispose();
    }
  });
});
