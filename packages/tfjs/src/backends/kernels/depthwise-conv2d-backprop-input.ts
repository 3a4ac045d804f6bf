import {
  backend_util,
  type DepthwiseConv2dNativeBackpropInputAttrs,
  depthwiseConv2d,
  type KernelFunc,
  pad as padZeros,
  reshape,
  reverse,
  slice,
  sum,
  type Tensor4D,
  tidy,
} from '@tensorflow/tfjs-core';

/**
 * Gradient of a depthwise convolution by its input `[b, h, w, channels]`, from the gradient `dy` of the output and the
 * filter `[kh, kw, channels, multiplier]`.
 *
 * It is a depthwise convolution of `dy`, spread out by the stride, with the reversed filter. Each channel of `dy` is
 * convolved on its own; those that come from one input channel are added up.
 */
export const depthwiseConv2dBackpropInput: KernelFunc = ({ inputs, attrs }) => {
  const { dy, filter } = inputs as { dy: Tensor4D; filter: Tensor4D };
  const { strides, dilations, pad, dimRoundingMode, inputShape } =
    attrs as unknown as DepthwiseConv2dNativeBackpropInputAttrs;
  const info = backend_util.computeConv2DInfo(inputShape, filter.shape, strides, dilations, pad, dimRoundingMode, true);
  const { batchSize, inHeight, inWidth, inChannels, outChannels, filterHeight, filterWidth } = info;
  const { top, left } = info.padInfo;
  const multiplier = outChannels / inChannels;
  // Negative where the forward padding is wider than the window, or the input ends before the spread-out dy does
  const before = [info.effectiveFilterHeight - 1 - top, info.effectiveFilterWidth - 1 - left];
  const after = [
    inHeight + top - info.outHeight * info.strideHeight,
    inWidth + left - info.outWidth * info.strideWidth,
  ];
  return tidy(() => {
    const products = depthwiseConv2d(
      spread(dy, info),
      reshape(reverse(filter, [0, 1]), [filterHeight, filterWidth, outChannels, 1]) as Tensor4D,
      1,
      [
        [0, 0],
        [Math.max(0, before[0]), Math.max(0, after[0])],
        [Math.max(0, before[1]), Math.max(0, after[1])],
        [0, 0],
      ],
      'NHWC',
      [info.dilationHeight, info.dilationWidth],
    );
    const dx = slice(
      products,
      [0, Math.max(0, -before[0]), Math.max(0, -before[1]), 0],
      [batchSize, inHeight, inWidth, outChannels],
    );
    return multiplier === 1 ? dx : sum(reshape(dx, [batchSize, inHeight, inWidth, inChannels, multiplier]), -1);
  });
};

/** `dy` with stride − 1 zeros behind each value: `[b, h, w, c] → [b, h·stride, w·stride, c]`. */
function spread(dy: Tensor4D, info: backend_util.Conv2DInfo): Tensor4D {
  const { batchSize, outHeight, outWidth, outChannels, strideHeight, strideWidth } = info;
  if (strideHeight === 1 && strideWidth === 1) return dy;
  // As four axes, for which the wasm backend pads fastest: a zero row after each row, zero channels after each pixel
  const rows = reshape(dy, [batchSize * outHeight, 1, outWidth, outChannels]);
  const padded = padZeros(rows, [
    [0, 0],
    [0, strideHeight - 1],
    [0, 0],
    [0, (strideWidth - 1) * outChannels],
  ]);
  return reshape(padded, [batchSize, outHeight * strideHeight, outWidth * strideWidth, outChannels]);
}
