// Max pooling and its gradients on the host, because the kernels of the wasm backend are wrong.
import {
  backend_util,
  type KernelFunc,
  type MaxPool3DAttrs,
  type MaxPoolAttrs,
  type Tensor,
  tensor,
} from '@tensorflow/tfjs-core';

type Pooling = Pick<
  backend_util.Conv3DInfo,
  | 'batchSize'
  | 'inDepth'
  | 'inHeight'
  | 'inWidth'
  | 'inChannels'
  | 'outDepth'
  | 'outHeight'
  | 'outWidth'
  | 'strideDepth'
  | 'strideHeight'
  | 'strideWidth'
  | 'effectiveFilterDepth'
  | 'effectiveFilterHeight'
  | 'effectiveFilterWidth'
> & {
  readonly padInfo: { readonly front: number; readonly top: number; readonly left: number };
  /** Which of several equal maxima counts: the cpu backend takes the first in 2-D, the last in 3-D. */
  readonly ties: 'first' | 'last';
};

type PoolingOf = (shape: readonly number[], attrs: KernelAttrs) => Pooling & { outShape: number[] };
type KernelAttrs = Parameters<KernelFunc>[0]['attrs'];

/** A 2-D pooling `[b, h, w, c]` as a 3-D pooling of depth 1. */
export const pooling2D: PoolingOf = (shape, attrs) => {
  const { filterSize, strides, pad, dimRoundingMode } = attrs as unknown as MaxPoolAttrs;
  const info = backend_util.computePool2DInfo(
    shape as [number, number, number, number],
    filterSize,
    strides,
    1,
    pad,
    dimRoundingMode,
  );
  const flat = { inDepth: 1, outDepth: 1, strideDepth: 1, effectiveFilterDepth: 1 };
  return { ...info, ...flat, ties: 'first', padInfo: { ...info.padInfo, front: 0 } };
};

/** A 3-D pooling `[b, d, h, w, c]`. */
export const pooling3D: PoolingOf = (shape, attrs) => {
  const { filterSize, strides, pad, dimRoundingMode } = attrs as unknown as MaxPool3DAttrs;
  const info = backend_util.computePool3DInfo(
    shape as [number, number, number, number, number],
    filterSize,
    strides,
    1,
    pad,
    dimRoundingMode,
  );
  return { ...info, ties: 'last' };
};

/**
 * Max pooling on the host: the largest value of each window. Stock `MaxPool3D` of the wasm backend starts from the smallest positive
 * number instead of −∞, so that no window has a largest value below 0.
 */
export function maxPool(poolingOf: PoolingOf): KernelFunc {
  return ({ inputs, attrs }) => {
    const x = inputs.x as Tensor;
    const pooling = poolingOf(x.shape, attrs);
    const values = x.dataSync<'float32'>();
    const largest = Float32Array.from(largestPositions(values, pooling), (at) =>
      at < 0 ? Number.NEGATIVE_INFINITY : values[at],
    );
    return tensor(largest, pooling.outShape, x.dtype);
  };
}

/**
 * Gradient of max pooling by its input, on the host. Each value of `dy` goes to the maximum of its window; of several equal maxima it
 * takes the same as the cpu backend. Stock `MaxPoolGrad` and `MaxPool3DGrad` of the wasm backend start their search from the smallest
 * positive number, so a window without a value above 0 gets a wrong gradient. (The cpu backend is wrong in 3-D for windows whose height
 * and width differ; this kernel is right.)
 */
export function maxPoolGradient(poolingOf: PoolingOf): KernelFunc {
  return ({ inputs, attrs }) => {
    const { dy, input } = inputs as { dy: Tensor; input: Tensor };
    const positions = largestPositions(input.dataSync<'float32'>(), poolingOf(input.shape, attrs));
    const gradient = dy.dataSync<'float32'>();
    const dx = new Float32Array(input.size);
    for (let i = 0; i < positions.length; i++) if (positions[i] >= 0) dx[positions[i]] += gradient[i];
    return tensor(dx, input.shape, 'float32');
  };
}

/** The position in `x` of the maximum of each window; −1 for a window that has only NaN or lies in the padding. */
function largestPositions(x: Float32Array, pooling: Pooling): Int32Array {
  const { batchSize, inDepth, inHeight, inWidth, inChannels, outDepth, outHeight, outWidth } = pooling;
  const positions = new Int32Array(batchSize * outDepth * outHeight * outWidth * inChannels).fill(-1);
  const [depths, rows, columns] = windows(pooling);
  const last = pooling.ties === 'last';
  let out = 0;
  for (let b = 0; b < batchSize; b++) {
    for (const [fromDepth, toDepth] of depths) {
      for (const [fromRow, toRow] of rows) {
        for (const [fromColumn, toColumn] of columns) {
          for (let z = fromDepth; z < toDepth; z++) {
            for (let y = fromRow; y < toRow; y++) {
              const line = ((b * inDepth + z) * inHeight + y) * inWidth;
              for (let at = (line + fromColumn) * inChannels; at < (line + toColumn) * inChannels; at += inChannels) {
                for (let channel = 0; channel < inChannels; channel++) {
                  const best = positions[out + channel];
                  const value = x[at + channel];
                  if (best < 0 ? value > Number.NEGATIVE_INFINITY : value > x[best] || (last && value === x[best]))
                    positions[out + channel] = at + channel;
                }
              }
            }
          }
          out += inChannels;
        }
      }
    }
  }
  return positions;
}

/** For depth, height and width: the first position of each window, and the position behind its last, clipped to the input. */
function windows(pooling: Pooling): (readonly [from: number, to: number])[][] {
  const { padInfo } = pooling;
  const along = (input: number, output: number, stride: number, size: number, padding: number) =>
    Array.from({ length: output }, (_, i) => {
      const from = i * stride - padding;
      return [Math.max(0, from), Math.min(input, from + size)] as const;
    });
  return [
    along(pooling.inDepth, pooling.outDepth, pooling.strideDepth, pooling.effectiveFilterDepth, padInfo.front),
    along(pooling.inHeight, pooling.outHeight, pooling.strideHeight, pooling.effectiveFilterHeight, padInfo.top),
    along(pooling.inWidth, pooling.outWidth, pooling.strideWidth, pooling.effectiveFilterWidth, padInfo.left),
  ];
}
