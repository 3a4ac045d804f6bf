// The gradient of a 2-D convolution by its input, as a convolution.
import {
  backend_util,
  type Conv2DBackpropInputAttrs,
  conv2d,
  type KernelFunc,
  reverse,
  type Tensor4D,
  tidy,
  transpose,
} from '@tensorflow/tfjs-core';
import { convolveOutputGradient } from './convolve-output-gradient.ts';

/** The most values of the spread-out gradient, for each value of the gradient, at which the convolution pays. */
const LARGEST_SPREAD = 4;

/**
 * Makes the gradient of a 2-D convolution by its input fast on a wasm backend; a transposed convolution computes the same. The stock
 * kernel computes it in a plain loop, but the forward kernel runs on XNNPACK. So this kernel convolves the gradient `dy` of the output
 * with the reversed filter `[kh, kw, cin, cout]`, input and output channels exchanged. Both data formats.
 *
 * @param stock the stock kernel, which still computes large strides.
 */
export function fastConv2DBackpropInput(stock: KernelFunc): KernelFunc {
  return (args) => {
    const { dy, filter } = args.inputs as { dy: Tensor4D; filter: Tensor4D };
    const attrs = args.attrs as unknown as Conv2DBackpropInputAttrs;
    const { strides, pad, dimRoundingMode, inputShape } = attrs;
    const format = backend_util.convertConv2DDataFormat(attrs.dataFormat);
    const info = backend_util.computeConv2DInfo(
      inputShape,
      filter.shape,
      strides,
      1,
      pad,
      dimRoundingMode,
      false,
      format,
    );
    if (info.strideHeight * info.strideWidth > LARGEST_SPREAD) return stock(args);
    const channelsLast = format === 'channelsLast';
    return tidy(() => {
      const reversed = transpose(reverse(filter, [0, 1]), [0, 1, 3, 2]);
      const gradient = channelsLast ? dy : transpose(dy, [0, 2, 3, 1]);
      const dx = convolveOutputGradient(gradient, info, (spread, padding) => conv2d(spread, reversed, 1, padding));
      return channelsLast ? dx : transpose(dx, [0, 3, 1, 2]);
    });
  };
}
