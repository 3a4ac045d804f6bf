// The gradient of a depthwise convolution by its input, as a depthwise convolution.
import {
  backend_util,
  type DepthwiseConv2dNativeBackpropInputAttrs,
  depthwiseConv2d,
  type KernelFunc,
  reshape,
  reverse,
  sum,
  type Tensor4D,
  tidy,
} from '@tensorflow/tfjs-core';
import { convolveOutputGradient } from './convolve-output-gradient.ts';

/**
 * Gradient of a depthwise convolution by its input `[b, h, w, channels]`, from the gradient `dy` of the output and the
 * filter `[kh, kw, channels, multiplier]`.
 *
 * Each channel of `dy` is convolved with its reversed filter; the results that belong to one input channel are summed.
 */
export const depthwiseConv2dBackpropInput: KernelFunc = ({ inputs, attrs }) => {
  const { dy, filter } = inputs as { dy: Tensor4D; filter: Tensor4D };
  const { strides, dilations, pad, dimRoundingMode, inputShape } =
    attrs as unknown as DepthwiseConv2dNativeBackpropInputAttrs;
  const info = backend_util.computeConv2DInfo(inputShape, filter.shape, strides, dilations, pad, dimRoundingMode, true);
  const { batchSize, inHeight, inWidth, inChannels, outChannels, filterHeight, filterWidth } = info;
  const multiplier = outChannels / inChannels;
  return tidy(() => {
    const reversed = reshape(reverse(filter, [0, 1]), [filterHeight, filterWidth, outChannels, 1]) as Tensor4D;
    const dilation: [number, number] = [info.dilationHeight, info.dilationWidth];
    const dx = convolveOutputGradient(dy, info, (spread, padding) =>
      depthwiseConv2d(spread, reversed, 1, padding, 'NHWC', dilation),
    );
    return multiplier === 1 ? dx : sum(reshape(dx, [batchSize, inHeight, inWidth, inChannels, multiplier]), -1);
  });
};
