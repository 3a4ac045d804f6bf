// Convolutions with `same` padding, handed to the backend with explicit padding.
import { backend_util, type Conv2DAttrs, type KernelFunc, type Tensor4D } from '@tensorflow/tfjs-core';
import { exactPadding } from './exact-padding.ts';

/**
 * Corrects convolutions with `same` padding whose stride leaves values of the input behind the last window, such as a window `[2, 1]` with
 * stride 2 on an image `[1, 2]`. Stock `Conv2D` of the wasm backend gives zeros there, but it is right if the same padding is given as
 * numbers.
 *
 * @param depthwise true for a depthwise filter, which has its own filters for each channel.
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
