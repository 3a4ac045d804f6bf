// The gradient of a depthwise convolution by its filter, as a depthwise convolution.
import {
  backend_util,
  type DepthwiseConv2dNativeBackpropFilterAttrs,
  depthwiseConv2d,
  type KernelFunc,
  reshape,
  slice,
  sum,
  type Tensor4D,
  tidy,
  transpose,
} from '@tensorflow/tfjs-core';
import { exactPadding } from './exact-padding.ts';

/**
 * Gradient of a depthwise convolution by its filter `[kh, kw, channels, multiplier]`, from the input and the gradient `dy`
 * of the output.
 *
 * As for the full convolution, `dy` slides over the input with stride and dilation exchanged. Each image has its own `dy`, so the images
 * become channels of one image, and their results are summed.
 */
export const depthwiseConv2dBackpropFilter: KernelFunc = ({ inputs, attrs }) => {
  const { x, dy } = inputs as { x: Tensor4D; dy: Tensor4D };
  const { strides, dilations, pad, dimRoundingMode, filterShape } =
    attrs as unknown as DepthwiseConv2dNativeBackpropFilterAttrs;
  const info = backend_util.computeConv2DInfo(x.shape, filterShape, strides, dilations, pad, dimRoundingMode, true);
  const { batchSize, inHeight, inWidth, inChannels, outHeight, outWidth, outChannels } = info;
  const { filterHeight, filterWidth } = info;
  return tidy(() => {
    const image = reshape(transpose(x, [1, 2, 0, 3]), [1, inHeight, inWidth, batchSize * inChannels]);
    const filter = reshape(transpose(dy, [1, 2, 0, 3]), [
      outHeight,
      outWidth,
      batchSize * inChannels,
      outChannels / inChannels,
    ]);
    const products = depthwiseConv2d(
      image as Tensor4D,
      filter as Tensor4D,
      [info.dilationHeight, info.dilationWidth],
      exactPadding(info),
      'NHWC',
      [info.strideHeight, info.strideWidth],
    );
    // Rows and columns of the input that no window reaches because of the stride make the result larger
    const taps = slice(products, [0, 0, 0, 0], [1, filterHeight, filterWidth, batchSize * outChannels]);
    return reshape(sum(reshape(taps, [filterHeight * filterWidth, batchSize, outChannels]), 1), filterShape);
  });
};
