// Adds and replaces kernels of the wasm backend, so that models can train on it.
import { assertType } from '@gcompress/core/checks';
import {
  BatchMatMul,
  Conv2D,
  Conv2DBackpropFilter,
  Conv2DBackpropInput,
  Conv3DBackpropFilterV2,
  Conv3DBackpropInputV2,
  DepthwiseConv2dNative,
  DepthwiseConv2dNativeBackpropFilter,
  DepthwiseConv2dNativeBackpropInput,
  FusedConv2D,
  FusedDepthwiseConv2D,
  getKernel,
  type KernelConfig,
  type KernelFunc,
  MaxPool3D,
  MaxPool3DGrad,
  MaxPoolGrad,
  registerKernel,
  UnsortedSegmentSum,
  unregisterKernel,
} from '@tensorflow/tfjs-core';
import { fastBatchMatMul } from './kernels/batch-mat-mul.ts';
import { conv2DBackpropFilter } from './kernels/conv2d-backprop-filter.ts';
import { fastConv2DBackpropInput } from './kernels/conv2d-backprop-input.ts';
import { conv3DBackpropFilter, conv3DBackpropInput } from './kernels/conv3d-gradients.ts';
import { depthwiseConv2dBackpropFilter } from './kernels/depthwise-conv2d-backprop-filter.ts';
import { depthwiseConv2dBackpropInput } from './kernels/depthwise-conv2d-backprop-input.ts';
import { maxPool, maxPoolGradient, pooling2D, pooling3D } from './kernels/max-pool.ts';
import { explicitSamePadding } from './kernels/same-padding.ts';
import { unsortedSegmentSum } from './kernels/unsorted-segment-sum.ts';

/**
 * Makes models train on the wasm backend of TensorFlow.js. Adds missing kernels, and replaces wrong and slow ones;
 * `benchmarks/src/wasm-training.ts` measures the speed. All kernels are made of operations that the backend has.
 *
 * - Added, if the backend lacks them: `Conv2DBackpropFilter`, `DepthwiseConv2dNativeBackpropFilter`,
 *   `DepthwiseConv2dNativeBackpropInput` and `UnsortedSegmentSum`, without which convolutions, depthwise convolutions and
 *   embeddings do not train at all.
 * - Replaced because they are slow: `BatchMatMul`, whose own kernel still computes plain products but is slow if an operand is transposed
 *   or there is a batch, as in the gradients of every Dense layer; and `Conv2DBackpropInput`.
 * - Replaced because they are wrong in version 4.22.0: `MaxPoolGrad`, `MaxPool3DGrad` and `MaxPool3D` (largest values that are not above
 *   0), both gradients of `Conv3D`, `Conv2D` and `DepthwiseConv2dNative` with their fused forms (`same` padding with values behind the
 *   last window).
 *
 * `test/backends/stock-kernels.test.ts` holds the smallest input of each fault; `docs/wasm-kernels.md` lists what each layer reaches.
 *
 * It may be called again, and then changes nothing. Call it after the backend's package is imported.
 *
 * @param backendName the name that the wasm backend is registered under. Default `'wasm'`.
 * @throws GCompressError `invalid-option` when the name is not a string.
 * @returns the names of the kernels that were added or replaced.
 */
export function registerTrainingKernels(backendName = 'wasm'): readonly string[] {
  assertType('registerTrainingKernels', 'backendName', backendName, 'string');
  const missing: readonly (readonly [string, KernelFunc])[] = [
    [Conv2DBackpropFilter, conv2DBackpropFilter],
    [DepthwiseConv2dNativeBackpropFilter, depthwiseConv2dBackpropFilter],
    [DepthwiseConv2dNativeBackpropInput, depthwiseConv2dBackpropInput],
    [UnsortedSegmentSum, unsortedSegmentSum],
  ];
  const better: readonly (readonly [string, (stock: KernelFunc) => KernelFunc])[] = [
    [BatchMatMul, fastBatchMatMul],
    [Conv2DBackpropInput, fastConv2DBackpropInput],
    [MaxPoolGrad, () => maxPoolGradient(pooling2D)],
    [MaxPool3DGrad, () => maxPoolGradient(pooling3D)],
    [MaxPool3D, () => maxPool(pooling3D)],
    [Conv3DBackpropFilterV2, () => conv3DBackpropFilter],
    [Conv2D, explicitSamePadding(false)],
    [FusedConv2D, explicitSamePadding(false)],
    [DepthwiseConv2dNative, explicitSamePadding(true)],
    [FusedDepthwiseConv2D, explicitSamePadding(true)],
    [Conv3DBackpropInputV2, () => conv3DBackpropInput],
  ];
  const added = missing.filter(([kernelName]) => getKernel(kernelName, backendName) === undefined);
  for (const [kernelName, kernelFunc] of added) registerKernel({ kernelName, backendName, kernelFunc });
  const replaced = better.filter(([kernelName, replacement]) =>
    replace(getKernel(kernelName, backendName), replacement),
  );
  return [...added, ...replaced].map(([kernelName]) => kernelName);
}

/** Set on every kernel of ours. A symbol of the global registry, so that a second copy of this package sees it, too. */
const REPLACEMENT = Symbol.for('gcompress.replacement-kernel');

/** Replaces a stock kernel; false if the backend lacks it or it is replaced already. */
function replace(stock: KernelConfig | undefined, replacement: (stock: KernelFunc) => KernelFunc): boolean {
  if (stock === undefined || REPLACEMENT in stock.kernelFunc) return false;
  const kernel = replacement(stock.kernelFunc);
  const kernelFunc: KernelFunc = (args) => kernel(args);
  unregisterKernel(stock.kernelName, stock.backendName);
  registerKernel({ ...stock, kernelFunc: Object.assign(kernelFunc, { [REPLACEMENT]: true }) });
  return true;
}
