// The gradients of a 3-D convolution, as products of matrices.
import {
  backend_util,
  type Conv3DBackpropFilterV2Attrs,
  type Conv3DBackpropInputV2Attrs,
  type KernelFunc,
  matMul,
  reshape,
  slice,
  stack,
  type Tensor,
  type Tensor5D,
  tensor,
  tensor2d,
  tidy,
} from '@tensorflow/tfjs-core';

/**
 * Gradient of a 3-D convolution by its filter `[kd, kh, kw, cin, cout]`, from the input and the gradient `dy` of the output. For each
 * position in the filter, this kernel gathers the values that the position met, `[outputs, cin]`, and multiplies them by `dy`
 * `[outputs, cout]`. The stock kernel is wrong with strides; without strides it is right, but slower with many channels.
 */
export const conv3DBackpropFilter: KernelFunc = ({ inputs, attrs }) => {
  const { x, dy } = inputs as { x: Tensor5D; dy: Tensor5D };
  const { strides, pad, filterShape } = attrs as unknown as Conv3DBackpropFilterV2Attrs;
  const info = backend_util.computeConv3DInfo(x.shape, filterShape, strides, 1, pad);
  const { inChannels, outChannels } = info;
  return tidy(() => {
    const values = x.dataSync<'float32'>();
    const outputs = dy.size / outChannels;
    const gradient = reshape(dy, [outputs, outChannels]);
    const products = taps(info).map((tap) => {
      const met = new Float32Array(outputs * inChannels);
      eachMeeting(info, tap, (output, input) => {
        met.set(values.subarray(input * inChannels, (input + 1) * inChannels), output * inChannels);
      });
      return matMul(tensor2d(met, [outputs, inChannels]), gradient, true);
    });
    return reshape(stack(products), filterShape);
  });
};

/**
 * Gradient of a 3-D convolution by its input `[b, d, h, w, cin]`, from the gradient `dy` of the output and the filter
 * `[kd, kh, kw, cin, cout]`. For each position in the filter, this kernel multiplies `dy` by the filter's values there, and adds the
 * product to the values that the position met. The stock kernel is wrong even without strides: of two values in depth the second gets 0.
 */
export const conv3DBackpropInput: KernelFunc = ({ inputs, attrs }) => {
  const { dy, filter } = inputs as { dy: Tensor5D; filter: Tensor5D };
  const { strides, pad, inputShape } = attrs as unknown as Conv3DBackpropInputV2Attrs;
  const info = backend_util.computeConv3DInfo(inputShape, filter.shape, strides, 1, pad);
  const { inChannels, outChannels } = info;
  return tidy(() => {
    const gradient = reshape(dy, [dy.size / outChannels, outChannels]);
    const places: Tensor = reshape(filter, [filter.size / inChannels / outChannels, inChannels, outChannels]);
    const dx = new Float32Array(inputShape.reduce((size, side) => size * side, 1));
    for (const [place, tap] of taps(info).entries()) {
      const weights = reshape(slice(places, [place, 0, 0], [1, inChannels, outChannels]), [inChannels, outChannels]);
      const product = matMul(gradient, weights, false, true).dataSync<'float32'>();
      eachMeeting(info, tap, (output, input) => {
        for (let channel = 0; channel < inChannels; channel++) {
          dx[input * inChannels + channel] += product[output * inChannels + channel];
        }
      });
    }
    return tensor(dx, inputShape);
  });
};

type Place = readonly [depth: number, row: number, column: number];

/** All positions in the filter, in memory order. */
function taps({ filterDepth, filterHeight, filterWidth }: backend_util.Conv3DInfo): Place[] {
  return Array.from({ length: filterDepth * filterHeight * filterWidth }, (_, i) => [
    Math.floor(i / (filterHeight * filterWidth)),
    Math.floor(i / filterWidth) % filterHeight,
    i % filterWidth,
  ]);
}

/** Calls `met` for each output, with the input that this position in the filter meets; skips inputs in the padding. */
function eachMeeting(
  info: backend_util.Conv3DInfo,
  [depth, row, column]: Place,
  met: (output: number, input: number) => void,
): void {
  const { batchSize, inDepth, inHeight, inWidth, outDepth, outHeight, outWidth, padInfo } = info;
  let output = 0;
  for (let b = 0; b < batchSize; b++) {
    for (let oz = 0; oz < outDepth; oz++) {
      const z = oz * info.strideDepth + depth - padInfo.front;
      for (let oy = 0; oy < outHeight; oy++) {
        const y = oy * info.strideHeight + row - padInfo.top;
        const line = ((b * inDepth + z) * inHeight + y) * inWidth;
        const inside = z >= 0 && z < inDepth && y >= 0 && y < inHeight;
        for (let ox = 0; ox < outWidth; ox++, output++) {
          const x = ox * info.strideWidth + column - padInfo.left;
          if (inside && x >= 0 && x < inWidth) met(output, line + x);
        }
      }
    }
  }
}
