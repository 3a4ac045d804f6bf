import type { LayerVariable } from '@tensorflow/tfjs-layers';
import type { MatrixView } from '../weight/matrix-view.ts';
import type { Layer } from './layer.ts';
import { isCompressible, type LayerMatrix, lastAxisColumns, namedMatrices } from './layer-matrix.ts';
import { ownedWeights } from './owned-weights.ts';

/**
 * How the kernel of a Conv2D layer is read as a matrix: `'filters'` as `[h·w·in, out]`, whose product is a convolution to fewer
 * channels and a 1×1 one; `'spatial'` as `[h·in, w·out]`, whose product is an h×1 and a 1×w convolution.
 */
export type KernelSplit = 'filters' | 'spatial';

/** How weights of this name are read. */
interface Reading {
  readonly view: (shape: readonly number[], split: KernelSplit) => MatrixView;
  readonly noProduct?: string;
}

const plain: Reading = { view: lastAxisColumns };

const convolution2d: Reading = {
  view: (shape, split) => {
    const [height, width, channels, filters] = shape;
    if (split === 'filters') return lastAxisColumns(shape);
    return { shape: [height * channels, width * filters], permutation: [0, 2, 1, 3] };
  },
};

// [h, w, out, in] read as [in, h·w·out]: fewer channels come in, where images are small
const transposedConvolution: Reading = {
  view: ([height, width, filters, channels]) => ({
    shape: [channels, height * width * filters],
    permutation: [3, 0, 1, 2],
  }),
};

const depthwise: Reading = {
  view: ([height, width, channels, multiplier]) => ({ shape: [height * width, channels * multiplier] }),
  noProduct: 'a depthwise kernel keeps channels apart, which a product of matrices does not',
};

const recurrent = { kernel: plain, recurrent_kernel: plain };

/** Class of a stock layer → name of a weight → how it is read. */
const READINGS: ReadonlyMap<string, Readonly<Record<string, Reading>>> = new Map(
  Object.entries({
    Dense: { kernel: plain },
    Conv1D: { kernel: plain },
    Conv2D: { kernel: convolution2d },
    Conv2DTranspose: { kernel: transposedConvolution },
    DepthwiseConv2D: { depthwise_kernel: depthwise },
    SeparableConv2D: { depthwise_kernel: depthwise, pointwise_kernel: plain },
    Embedding: { embeddings: plain },
    SimpleRNN: recurrent,
    LSTM: recurrent,
    GRU: recurrent,
  }),
);

/**
 * The matrices of a built layer; `undefined` for one whose class is neither known nor has the hook.
 *
 * @throws GCompressError what {@link namedMatrices} throws.
 */
export function matricesOf(layer: Layer, split: KernelSplit): LayerMatrix[] | undefined {
  if (isCompressible(layer)) return namedMatrices(layer);
  const className = layer.getClassName();
  if (className === 'TimeDistributed') return matricesOf(wrappedBy(layer), split);
  const both = className === 'Bidirectional';
  const readings = READINGS.get(both ? wrappedBy(layer).getClassName() : className);
  if (!readings) return undefined;
  const prefixes = both ? ['forward_', 'backward_'] : [''];
  // Not layer.weights, whose order changes with what is frozen
  const weights = ownedWeights(layer);
  return weights.flatMap((weight, i) => {
    const name = weightName(weight);
    if (!Object.hasOwn(readings, name)) return [];
    const prefix = prefixes[weights.slice(0, i).filter((earlier) => weightName(earlier) === name).length];
    const { view, noProduct } = readings[name];
    return [{ name: `${prefix}${name}`, weight, view: view(weight.shape as number[], split), noProduct }];
  });
}

/** The layer that a stock TimeDistributed or Bidirectional layer was made with. */
function wrappedBy(layer: Layer): Layer {
  return (layer as Layer & { readonly layer: Layer }).layer;
}

/** The name that a layer gave its weight, without those of the layers around. */
export function weightName({ originalName }: LayerVariable): string {
  return originalName.slice(originalName.lastIndexOf('/') + 1);
}
