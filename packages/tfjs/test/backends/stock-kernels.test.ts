// Why kernels of the wasm backend are added and replaced: the smallest input for which the backend's own kernel is wrong or missing.
import * as tf from '@tensorflow/tfjs';
import { beforeAll, describe, expect, it } from 'vitest';
import { registerTrainingKernels } from '../../src/backends/index.ts';
import { normal, on, runKernel, startBackends, stockKernels, withStockKernel } from './both-backends.ts';

beforeAll(startBackends);

const tensor = (values: number[], ...shape: number[]) => tf.tensor(values, shape);
/** The gradient by `x` of the sum over all of `compute(x)`. */
const gradient = <T extends tf.Tensor>(compute: (x: T) => tf.Tensor, x: tf.Tensor) =>
  tf.grad((input) => tf.sum(compute(input as T)))(x);

// Two rows of one value under a window of two with stride 2: the only window ends before the second column
const image = () => tensor([3, 5], 1, 1, 2, 1) as tf.Tensor4D;
const filter = () => tensor([2, 7], 2, 1, 1, 1) as tf.Tensor4D;
const convolution = { strides: 2, pad: 'same', activation: 'relu' } as const;

interface Fault {
  readonly what: string;
  readonly compute: () => tf.Tensor;
  readonly right: readonly number[];
}

/** By kernel, where the backend's own is wrong. */
const wrong: Readonly<Record<string, Fault>> = {
  MaxPoolGrad: {
    what: 'the gradient of windows whose largest value is below 0',
    compute: () => gradient<tf.Tensor4D>((x) => tf.maxPool(x, 1, 1, 'valid'), tensor([-1, -2], 1, 1, 2, 1)),
    right: [1, 1],
  },
  MaxPool3DGrad: {
    what: 'the gradient of windows whose largest value is below 0',
    compute: () => gradient<tf.Tensor5D>((x) => tf.maxPool3d(x, 1, 1, 'valid'), tensor([-1, -2], 1, 1, 1, 2, 1)),
    right: [1, 1],
  },
  MaxPool3D: {
    what: 'a window whose largest value is below 0',
    compute: () => tf.maxPool3d(tensor([-4], 1, 1, 1, 1, 1) as tf.Tensor5D, 1, 1, 'valid'),
    right: [-4],
  },
  Conv3DBackpropFilterV2: {
    what: 'a single value with stride 2',
    compute: () =>
      gradient<tf.Tensor5D>(
        (filter) => tf.conv3d(tensor([4], 1, 1, 1, 1, 1) as tf.Tensor5D, filter, 2, 'valid'),
        tensor([7], 1, 1, 1, 1, 1),
      ),
    right: [4],
  },
  Conv3DBackpropInputV2: {
    what: 'two values in depth, at stride 1',
    compute: () =>
      gradient<tf.Tensor5D>(
        (x) => tf.conv3d(x, tensor([7], 1, 1, 1, 1, 1) as tf.Tensor5D, 1, 'valid'),
        tensor([1, 2], 1, 2, 1, 1, 1),
      ),
    right: [7, 7],
  },
  Conv2D: {
    what: 'same padding with a value behind the last window',
    compute: () => tf.conv2d(image(), filter(), 2, 'same'),
    right: [6],
  },
  FusedConv2D: {
    what: 'same padding with a value behind the last window',
    compute: () => tf.fused.conv2d({ x: image(), filter: filter(), ...convolution }),
    right: [6],
  },
  DepthwiseConv2dNative: {
    what: 'same padding with a value behind the last window',
    compute: () => tf.depthwiseConv2d(image(), filter(), 2, 'same'),
    right: [6],
  },
  FusedDepthwiseConv2D: {
    what: 'same padding with a value behind the last window',
    compute: () => tf.fused.depthwiseConv2d({ x: image(), filter: filter(), ...convolution }),
    right: [6],
  },
};

const one = () => normal([1, 1, 1, 1], 1);
const stride = { strides: 1, dilations: [1, 1], pad: 'valid', dataFormat: 'NHWC' };
/** By kernel, where the backend has none. */
const missing: Readonly<Record<string, () => tf.Tensor>> = {
  Conv2DBackpropFilter: () =>
    runKernel('Conv2DBackpropFilter', { x: one(), dy: one() }, { ...stride, filterShape: [1, 1, 1, 1] }),
  DepthwiseConv2dNativeBackpropFilter: () =>
    runKernel('DepthwiseConv2dNativeBackpropFilter', { x: one(), dy: one() }, { ...stride, filterShape: [1, 1, 1, 1] }),
  DepthwiseConv2dNativeBackpropInput: () =>
    runKernel(
      'DepthwiseConv2dNativeBackpropInput',
      { dy: one(), filter: one() },
      { ...stride, inputShape: [1, 1, 1, 1] },
    ),
  UnsortedSegmentSum: () => tf.unsortedSegmentSum(tf.ones([1]), tf.tensor1d([0], 'int32'), 1),
};

/** Right, but slow; their tests say where: batch-mat-mul.test.ts and convolution-kernels.test.ts. */
const slow = ['BatchMatMul', 'Conv2DBackpropInput'];

describe("the wasm backend's own kernel", () => {
  it.each(Object.entries(wrong))('%s is wrong; ours equals cpu', (kernel, { what, compute, right }) => {
    // So that nothing right is left in the memory that a kernel may not write to
    tf.fill([64], 9).dispose();
    expect(withStockKernel(kernel, () => on('wasm', compute)).values, what).not.toEqual(right);
    expect(on('wasm', compute).values, what).toEqual(right);
    expect(on('cpu', compute).values, what).toEqual(right);
  });

  it.each(Object.entries(missing))('%s is missing; ours equals cpu', (kernel, compute) => {
    expect(() => withStockKernel(kernel, () => on('wasm', compute))).toThrow(`Kernel '${kernel}' not registered`);
    expect(on('wasm', compute)).toEqual(on('cpu', compute));
  });

  it('is replaced or added where one of these shows why, and nowhere else', () => {
    const backendName = 'as wasm is';
    for (const kernel of stockKernels.values()) tf.registerKernel({ ...kernel, backendName });
    const changed = registerTrainingKernels(backendName);
    for (const { kernelName } of tf.getKernelsForBackend(backendName)) tf.unregisterKernel(kernelName, backendName);
    expect([...changed].sort()).toEqual([...Object.keys(wrong), ...Object.keys(missing), ...slow].sort());
  });
});
