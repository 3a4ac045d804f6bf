// Models learn on wasm what they learn on cpu; kernels are registered once.
import * as tf from '@tensorflow/tfjs';
import { afterEach, beforeAll, describe, expect, it, vi } from 'vitest';
import { registerTrainingKernels } from '../../src/backends/index.ts';
import { normal, startBackends } from './both-backends.ts';

beforeAll(startBackends);

const { conv2d, dense, depthwiseConv2d, embedding, flatten, separableConv2d } = tf.layers;
const glorot = (seed: number) => tf.initializers.glorotNormal({ seed });
const labels = () => tf.oneHot(tf.tensor1d([0, 1, 2, 0, 1, 2], 'int32'), 3);

/** Each gives fresh layers and a batch of six examples in three classes. */
const models: Record<string, { layers: () => tf.layers.Layer[]; batch: () => tf.Tensor }> = {
  'a convolutional model': {
    layers: () => [
      conv2d({ inputShape: [9, 8, 2], filters: 4, kernelSize: 3, activation: 'relu', kernelInitializer: glorot(1) }),
      conv2d({ filters: 5, kernelSize: 2, strides: 2, padding: 'same', kernelInitializer: glorot(2) }),
      flatten(),
      dense({ units: 3, activation: 'softmax', kernelInitializer: glorot(3) }),
    ],
    batch: () => normal([6, 9, 8, 2], 4),
  },
  'a depthwise separable model': {
    layers: () => [
      depthwiseConv2d({ inputShape: [8, 8, 2], kernelSize: 3, depthMultiplier: 2, depthwiseInitializer: glorot(1) }),
      separableConv2d({
        filters: 4,
        kernelSize: 3,
        strides: [2, 2],
        padding: 'same',
        depthwiseInitializer: glorot(2),
        pointwiseInitializer: glorot(3),
      }),
      flatten(),
      dense({ units: 3, activation: 'softmax', kernelInitializer: glorot(4) }),
    ],
    batch: () => normal([6, 8, 8, 2], 5),
  },
  'a dense model': {
    layers: () => [
      dense({ inputShape: [30], units: 40, activation: 'tanh', kernelInitializer: glorot(1) }),
      dense({ units: 1, useBias: false, kernelInitializer: glorot(2) }),
      dense({ units: 3, activation: 'softmax', kernelInitializer: glorot(3) }),
    ],
    batch: () => normal([6, 30], 7),
  },
  'an embedding model': {
    layers: () => [
      embedding({ inputDim: 20, outputDim: 4, inputLength: 5, embeddingsInitializer: glorot(1) }),
      flatten(),
      dense({ units: 3, activation: 'softmax', kernelInitializer: glorot(2) }),
    ],
    batch: () => tf.tidy(() => tf.floor(tf.mul(tf.sigmoid(normal([6, 5], 6)), 20))),
  },
};

/** Loss before each of the steps, the weights after them, and how many tensors the last steps added. */
async function train(backend: 'cpu' | 'wasm', model: keyof typeof models, steps: number) {
  await tf.setBackend(backend);
  const { layers, batch } = models[model];
  const [x, y] = [batch(), labels()];
  const network = tf.sequential({ layers: layers() });
  const optimizer = tf.train.sgd(0.2);
  network.compile({ optimizer, loss: 'categoricalCrossentropy' });
  const losses = [(await network.trainOnBatch(x, y)) as number];
  const settled = tf.memory().numTensors;
  for (let step = 1; step < steps; step++) losses.push((await network.trainOnBatch(x, y)) as number);
  const added = tf.memory().numTensors - settled;
  const weights = network.getWeights().flatMap((weight) => Array.from(weight.dataSync()));
  network.dispose();
  optimizer.dispose();
  tf.dispose([x, y]);
  return { losses, weights, added };
}

describe.each(Object.keys(models))('%s on wasm', (model) => {
  it('learns what it learns on cpu, and leaves no tensors behind', async () => {
    const wasm = await train('wasm', model, 8);
    const cpu = await train('cpu', model, 8);
    expect(wasm.losses[7]).toBeLessThan(0.9 * wasm.losses[0]);
    expect(wasm.added).toBe(0);
    const worst = Math.max(...wasm.weights.map((weight, i) => Math.abs(weight - cpu.weights[i])));
    expect(worst).toBeLessThan(1e-4);
  });
});

describe('registerTrainingKernels', () => {
  const missing = [
    'Conv2DBackpropFilter',
    'DepthwiseConv2dNativeBackpropFilter',
    'DepthwiseConv2dNativeBackpropInput',
    'UnsortedSegmentSum',
  ];
  const slow = ['BatchMatMul', 'Conv2DBackpropInput'];
  const backendName = 'another backend';
  const register = (kernelName: string) => {
    const kernel = { kernelName, backendName, kernelFunc: vi.fn(() => []), setupFunc: () => {} };
    tf.registerKernel(kernel);
    return kernel;
  };
  const registered = (kernelName: string) => tf.getKernel(kernelName, backendName);

  afterEach(() => {
    for (const { kernelName } of tf.getKernelsForBackend(backendName)) tf.unregisterKernel(kernelName, backendName);
  });

  it.each([null, 5, {}, [], () => 'wasm'])('refuses %s as the name of a backend', (name) => {
    expect(() => registerTrainingKernels(name as string)).toThrow(
      'registerTrainingKernels backendName: expected a string',
    );
  });

  it('adds the kernels that are missing, once', () => {
    expect(registerTrainingKernels(backendName)).toEqual(missing);
    expect(registerTrainingKernels(backendName)).toEqual([]);
    expect(slow.map(registered)).toEqual([undefined, undefined]);
  });

  it('leaves a kernel that the backend has, where only a missing one would be added', () => {
    const own = register(missing[3]);
    expect(registerTrainingKernels(backendName)).toEqual(missing.slice(0, 3));
    expect(registered(missing[3])).toBe(own);
  });

  it('replaces the slow kernels once, without a warning, and keeps what sets them up', () => {
    const warn = vi.spyOn(console, 'warn');
    const stock = slow.map(register);
    expect(registerTrainingKernels(backendName)).toEqual([...missing, ...slow]);
    const replaced = slow.map(registered);
    expect(replaced.map((kernel) => kernel?.kernelFunc)).not.toContain(stock[0].kernelFunc);
    expect(replaced.map((kernel) => kernel?.setupFunc)).toEqual(stock.map((kernel) => kernel.setupFunc));
    expect(registerTrainingKernels(backendName)).toEqual([]);
    expect(slow.map(registered)).toEqual(replaced);
    expect(warn).not.toHaveBeenCalled();
  });

  it('replaces nothing that another copy of this package has replaced', async () => {
    slow.map(register);
    registerTrainingKernels(backendName);
    const replaced = slow.map(registered);
    vi.resetModules();
    const copy = await import('../../src/backends/index.ts');
    expect(copy.registerTrainingKernels).not.toBe(registerTrainingKernels);
    expect(copy.registerTrainingKernels(backendName)).toEqual([]);
    expect(slow.map(registered)).toEqual(replaced);
  });
});
