// The gradient of a 2-D convolution by its filter, as a convolution.
import {
  backend_util,
  type Conv2DBackpropFilterAttrs,
  conv2d,
  type KernelFunc,
  slice,
  type Tensor4D,
  tidy,
  transpose,
} from '@tensorflow/tfjs-core';
import { exactPadding } from './exact-padding.ts';

/**
 * Gradient of a 2-D convolution by its filter `[kh, kw, cin, cout]`, from the input and the gradient `dy` of the output;
 * both data formats.
 *
 * It is itself a convolution: `dW[i, j, p, q] = Σ x[b, i + y·stride, j + x·stride, p] · dy[b, y, x, q]` slides `dy` over
 * the input. With the input channels as batch, the batch as channels and the stride as dilation, the forward kernel, which
 * runs on SIMD, computes all of it at once.
 */
export const conv2DBackpropFilter: KernelFunc = ({ inputs, attrs }) => {
  const { x, dy } = inputs as { x: Tensor4D; dy: Tensor4D };
  const { strides, pad, dataFormat, dimRoundingMode, filterShape } = attrs as unknown as Conv2DBackpropFilterAttrs;
  const format = backend_util.convertConv2DDataFormat(dataFormat);
  const info = backend_util.computeConv2DInfo(x.shape, filterShape, strides, 1, pad, dimRoundingMode, false, format);
  const { filterHeight, filterWidth, inChannels, outChannels, strideHeight, strideWidth } = info;
  const channelsLast = format === 'channelsLast';
  return tidy(() => {
    const images = transpose(x, channelsLast ? [3, 1, 2, 0] : [1, 2, 3, 0]);
    const filter = transpose(dy, channelsLast ? [1, 2, 0, 3] : [2, 3, 0, 1]);
    const sums = conv2d(images, filter, 1, exactPadding(info), 'NHWC', [strideHeight, strideWidth]);
    // Rows and columns of the input that no window reaches because of the stride make the result larger
    return transpose(slice(sums, [0, 0, 0, 0], [inChannels, filterHeight, filterWidth, outChannels]), [1, 2, 0, 3]);
  });
};
