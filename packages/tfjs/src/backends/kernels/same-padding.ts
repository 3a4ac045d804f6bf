// Convolutions with `same` padding, which are given to the backend with explicit padding.
import { backend_util, type Conv2DAttrs, type KernelFunc, type Tensor4D } from '@tensorflow/tfjs-core';
import { exactPadding } from './exact-padding.ts';

/**
 * Makes convolutions with `same` padding right where the stride leaves values of the input behind the last window, as a window
 * `[2, 1]` with stride 2 on an image `[1, 2]` does: stock `Conv2D` of the wasm backend gives zeros there. With the same padding given as
 * numbers it does not.
 *
 * @param depthwise whether the filter has a set of its own for each channel.
 */
export function explicitSamePadding(depthwise: boolean): (stock: KernelFunc) => KernelFunc {
  return (stock) => (args) => {
    const { x, filter } = args.inputs as { x: Tensor4D; filter: Tensor4D };
    const { strides, pad, dilations, dataFormat } = args.attrs as unknown as Conv2DAttrs;
    if (pad !== 'same' || dataFormat === 'NCHW') return stock(args);
    // A depthwise kernel with strides may leave out dilations
    const info = backend_util.computeConv2DInfo(
      x.shape,
      filter.shape,
      strides,
      dilations ?? 1,
      pad,
      'floor',
      depthwise,
    );
    const rest = [
      info.inHeight - (info.outHeight - 1) * info.strideHeight - info.effectiveFilterHeight,
      info.inWidth - (info.outWidth - 1) * info.strideWidth - info.effectiveFilterWidth,
    ];
    if (Math.max(...rest) <= 0) return stock(args);
    return stock({ ...args, attrs: { ...args.attrs, pad: exactPadding(info) as unknown as number[][] } });
  };
}
