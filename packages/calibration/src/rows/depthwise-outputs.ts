// Computes the inputs of the pointwise kernel of a separable convolution.
import { depthwiseConv2d, type Tensor, type Tensor4D, tidy } from '@tensorflow/tfjs-core';
import type { RowReader } from './rows.ts';
import { lastAxis } from './sampled-rows.ts';
import type { Window } from './window.ts';

/** The outputs of a depthwise convolution with channels last, as rows of channels. */
export function depthwiseOutputs(kernel: () => Tensor, { strides, dilation, padding }: Window): RowReader {
  return async ([input], sampling) => {
    const pad = padding === 'same' ? 'same' : 'valid';
    const outputs = tidy(() =>
      depthwiseConv2d(input as Tensor4D, kernel() as Tensor4D, [...strides], pad, 'NHWC', [...dilation]),
    );
    try {
      return await lastAxis([outputs], sampling);
    } finally {
      outputs.dispose();
    }
  };
}
