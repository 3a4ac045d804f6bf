// How weights are read as matrices, by operation and argument, because layers and graph models share the operations.
import type { MatrixView } from './matrix-view.ts';

/**
 * How the kernel of a Conv2D layer is read as a matrix: `'filters'` as `[h·w·in, out]`, whose product is a convolution to fewer
 * channels and a 1×1 one; `'spatial'` as `[h·in, w·out]`, whose product is an h×1 and a 1×w convolution.
 */
export type KernelSplit = 'filters' | 'spatial';

/** An operation of TensorFlow and the name of its argument that is a weight. */
export type OpWeight =
  | 'MatMul b'
  | 'GatherV2 params'
  | 'Conv1D filter'
  | 'Conv2D filter'
  | 'Conv2DBackpropInput filter'
  | 'DepthwiseConv2dNative filter';

/** How a weight is read as a matrix. */
export interface WeightView {
  /** The view of a weight of this shape. */
  readonly view: (shape: readonly number[], split: KernelSplit) => MatrixView;
  /** Why the weight must not be replaced by a product of matrices; omitted if it may be. */
  readonly productObstacle?: string;
}

/** The usual view: all axes but the last are rows. */
export function lastAxisColumns(shape: readonly number[]): MatrixView {
  const columns = shape[shape.length - 1];
  return { shape: [shape.slice(0, -1).reduce((product, side) => product * side, 1), columns] };
}

const plain: WeightView = { view: lastAxisColumns };

/** How the weights of operations are read. */
export const WEIGHT_VIEWS: Readonly<Record<OpWeight, WeightView>> = {
  'MatMul b': plain,
  'GatherV2 params': plain,
  'Conv1D filter': plain,
  'Conv2D filter': {
    view: (shape, split) => {
      const [height, width, channels, filters] = shape;
      if (split === 'filters') return lastAxisColumns(shape);
      return { shape: [height * channels, width * filters], permutation: [0, 2, 1, 3] };
    },
  },
  // [h, w, out, in] read as [in, h·w·out]: the product reduces the input channels, where images are small
  'Conv2DBackpropInput filter': {
    view: ([height, width, filters, channels]) => ({
      shape: [channels, height * width * filters],
      permutation: [3, 0, 1, 2],
    }),
  },
  'DepthwiseConv2dNative filter': {
    view: ([height, width, channels, multiplier]) => ({ shape: [height * width, channels * multiplier] }),
    productObstacle: 'a depthwise kernel keeps channels apart, which a product of matrices does not',
  },
};
