// The spread-out gradient of the output, which both gradients by the input of a convolution use.
import { type backend_util, pad as padZeros, reshape, slice, type Tensor4D } from '@tensorflow/tfjs-core';

/**
 * Gradient of a convolution by its input `→ [b, h, w, channels of convolve]`, from the gradient `dy` of the output.
 *
 * It is itself a convolution: `dy`, spread out by the stride and surrounded with zeros, with the reversed filter at stride 1.
 *
 * @param info the forward convolution.
 * @param convolve convolves its input `[b, oh·stride, ow·stride, c]` with the reversed filter, with this padding, stride 1 and
 * the dilation of the forward convolution.
 */
export function convolveOutputGradient(
  dy: Tensor4D,
  info: backend_util.Conv2DInfo,
  convolve: (spread: Tensor4D, padding: backend_util.ExplicitPadding) => Tensor4D,
): Tensor4D {
  const { batchSize, inHeight, inWidth } = info;
  const { top, left } = info.padInfo;
  // Negative where the forward padding is wider than the window, or the input ends before the spread-out dy does
  const before = [info.effectiveFilterHeight - 1 - top, info.effectiveFilterWidth - 1 - left];
  const after = [
    inHeight + top - info.outHeight * info.strideHeight,
    inWidth + left - info.outWidth * info.strideWidth,
  ];
  const dx = convolve(spread(dy, info), [
    [0, 0],
    [Math.max(0, before[0]), Math.max(0, after[0])],
    [Math.max(0, before[1]), Math.max(0, after[1])],
    [0, 0],
  ]);
  const begin = [0, Math.max(0, -before[0]), Math.max(0, -before[1]), 0];
  const size = [batchSize, inHeight, inWidth, dx.shape[3]];
  return size.every((side, axis) => side === dx.shape[axis]) ? dx : slice(dx, begin, size);
}

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
