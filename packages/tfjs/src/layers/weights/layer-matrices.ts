// Which weights of a layer are matrices: stock layers by a table, custom layers by their own hook.
import type { LayerVariable } from '@tensorflow/tfjs-layers';
import { type KernelSplit, type OpWeight, WEIGHT_VIEWS, type WeightView } from '../../weight/weight-views.ts';
import type { Layer } from './clone-layer.ts';
import { isCompressible, type LayerMatrix, namedMatrices } from './compressible-layer.ts';
import { ownedWeights } from './owned-weights.ts';

const recurrent = { kernel: 'MatMul b', recurrent_kernel: 'MatMul b' } as const;

/** Class of a stock layer → name of a weight → the operation that uses this weight. */
const STOCK_WEIGHTS: ReadonlyMap<string, Readonly<Record<string, OpWeight>>> = new Map(
  Object.entries({
    Dense: { kernel: 'MatMul b' },
    Conv1D: { kernel: 'Conv1D filter' },
    Conv2D: { kernel: 'Conv2D filter' },
    Conv2DTranspose: { kernel: 'Conv2DBackpropInput filter' },
    DepthwiseConv2D: { depthwise_kernel: 'DepthwiseConv2dNative filter' },
    SeparableConv2D: { depthwise_kernel: 'DepthwiseConv2dNative filter', pointwise_kernel: 'Conv2D filter' },
    Embedding: { embeddings: 'GatherV2 params' },
    SimpleRNN: recurrent,
    LSTM: recurrent,
    GRU: recurrent,
  }),
);

/**
 * The matrices of a built layer; `undefined` if its class is neither in the table nor has the hook.
 *
 * @throws GCompressError what {@link namedMatrices} throws.
 */
export function matricesOf(layer: Layer): LayerMatrix[] | undefined {
  if (isCompressible(layer)) return namedMatrices(layer);
  const className = layer.getClassName();
  if (className === 'TimeDistributed') return matricesOf(wrappedBy(layer));
  const both = className === 'Bidirectional';
  const names = STOCK_WEIGHTS.get(both ? wrappedBy(layer).getClassName() : className);
  if (!names) return undefined;
  const prefixes = both ? ['forward_', 'backward_'] : [''];
  // Not layer.weights, whose order changes when weights are frozen
  const weights = ownedWeights(layer);
  return weights.flatMap((weight, i) => {
    const name = weightName(weight);
    if (!Object.hasOwn(names, name)) return [];
    const prefix = prefixes[weights.slice(0, i).filter((earlier) => weightName(earlier) === name).length];
    const { view, productObstacle } = WEIGHT_VIEWS[names[name]];
    const viewAs = (split: KernelSplit) => view(weight.shape as number[], split);
    return [{ name: `${prefix}${name}`, weight, viewAs, productObstacle }];
  });
}

/** How a stock layer of a class reads its weight of this name as a matrix; undefined for other classes and weights. */
export function stockWeightView(className: string, weightName: string): WeightView | undefined {
  const names = STOCK_WEIGHTS.get(className);
  return names && Object.hasOwn(names, weightName) ? WEIGHT_VIEWS[names[weightName]] : undefined;
}

/** The layer inside a stock TimeDistributed or Bidirectional layer. */
function wrappedBy(layer: Layer): Layer {
  return (layer as Layer & { readonly layer: Layer }).layer;
}

/** The name that a layer gave its weight, without the names of the layers around it. */
export function weightName({ originalName }: LayerVariable): string {
  return originalName.slice(originalName.lastIndexOf('/') + 1);
}
