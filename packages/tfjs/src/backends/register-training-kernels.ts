import {
  Conv2DBackpropFilter,
  DepthwiseConv2dNativeBackpropFilter,
  DepthwiseConv2dNativeBackpropInput,
  getKernel,
  type KernelFunc,
  registerKernel,
  UnsortedSegmentSum,
} from '@tensorflow/tfjs-core';
import { conv2DBackpropFilter } from './kernels/conv2d-backprop-filter.ts';
import { depthwiseConv2dBackpropFilter } from './kernels/depthwise-conv2d-backprop-filter.ts';
import { depthwiseConv2dBackpropInput } from './kernels/depthwise-conv2d-backprop-input.ts';
import { unsortedSegmentSum } from './kernels/unsorted-segment-sum.ts';

/**
 * Gives a backend the gradients that the wasm backend of TensorFlow.js lacks, without which convolutions, depthwise
 * convolutions and embeddings do not train on it: `Conv2DBackpropFilter`, `DepthwiseConv2dNativeBackpropFilter`,
 * `DepthwiseConv2dNativeBackpropInput` and `UnsortedSegmentSum`. They are made of operations that the backend has.
 *
 * A kernel that is registered already stays, so this may be called again, and does nothing once the backend has its own.
 * Call it after the backend's package is imported.
 *
 * @param backendName the name that the backend is registered under. Default `'wasm'`.
 * @returns the names of the kernels that were added.
 */
export function registerTrainingKernels(backendName = 'wasm'): readonly string[] {
  const kernels: readonly (readonly [string, KernelFunc])[] = [
    [Conv2DBackpropFilter, conv2DBackpropFilter],
    [DepthwiseConv2dNativeBackpropFilter, depthwiseConv2dBackpropFilter],
    [DepthwiseConv2dNativeBackpropInput, depthwiseConv2dBackpropInput],
    [UnsortedSegmentSum, unsortedSegmentSum],
  ];
  const missing = kernels.filter(([kernelName]) => getKernel(kernelName, backendName) === undefined);
  for (const [kernelName, kernelFunc] of missing) registerKernel({ kernelName, backendName, kernelFunc });
  return missing.map(([kernelName]) => kernelName);
}
