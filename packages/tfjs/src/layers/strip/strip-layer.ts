// Strips one compressed layer: makes stock layers, or a packed layer.
import type { CompressedMatrix, CpuTensor } from '@gcompress/core';
import { tensor, tidy, type Variable } from '@tensorflow/tfjs-core';
import type { LayerVariable } from '@tensorflow/tfjs-layers';
import type { Preference } from '../../weight/choose-execution.ts';
import type { InferenceKernel } from '../../weight/inference-kernel.ts';
import type { KernelSplit } from '../../weight/weight-views.ts';
import { configOf, copyWeights, type Layer, type LayerConfig, sameClass } from '../weights/clone-layer.ts';
import { ownedWeights } from '../weights/owned-weights.ts';
import type { CompressedLayer } from '../wrapper/compressed-layer.ts';
import { PackedLayer } from '../wrapper/packed-layer.ts';
import type { Replacement } from './replacement.ts';
import { type Link, stockChain } from './stock-chains.ts';

/** How a compressed layer is stripped. */
export interface StripChoice {
  /** Configuration of the compressed layer. */
  readonly config: LayerConfig;
  readonly prefer: Preference;
  readonly inferenceKernels: readonly InferenceKernel[];
  /** Names of the model's layers; names of new layers are added. */
  readonly taken: Set<string>;
}

/**
 * Layers that compute what a compressed layer computes at alpha 0. If the layer has one matrix, and this matrix is a product that stock
 * layers can compute, the result is stock layers, which load without this package; otherwise it is a {@link PackedLayer}.
 */
export function stripLayer(
  layer: CompressedLayer,
  { config, prefer, inferenceKernels, taken }: StripChoice,
): Replacement {
  const { inner, split, compressedWeights } = layer;
  const innerConfig = layer.innerConfig(config);
  const others = ownedWeights(inner).filter((weight) => !compressedWeights.some((matrix) => matrix.weight === weight));
  const matrices = compressedWeights.map(({ name, op }) => ({ name, compressed: op.toCompressedMatrixSync() }));
  const links = stockLinks(inner, innerConfig, matrices, { split, taken });
  if (links) return stockLayers(links, others);
  const packed = new PackedLayer({
    split,
    prefer,
    inferenceKernels,
    layer: sameClass(inner, innerConfig),
    matrices: matrices.map(({ name, compressed }) => ({ name, format: compressed.format, packed: compressed.pack() })),
  });
  return { layers: [packed], initialize: () => copyWeights(others, packed.keptWeights) };
}

/** True if the stripped layer is a {@link PackedLayer}, which needs `registerCompressedLayers` to load. */
export function needsLoader({ inner, split, ops }: CompressedLayer): boolean {
  const matrices = ops.map((op) => ({ compressed: op.toCompressedMatrixSync() }));
  return stockLinks(inner, configOf(inner), matrices, { split, taken: new Set() }) === undefined;
}

function stockLinks(
  layer: Layer,
  config: LayerConfig,
  matrices: readonly { readonly compressed: CompressedMatrix }[],
  choice: { readonly split: KernelSplit; readonly taken: Set<string> },
): Link[] | undefined {
  return matrices.length === 1 ? stockChain(layer.getClassName(), config, matrices[0].compressed, choice) : undefined;
}

function stockLayers(links: readonly Link[], others: readonly LayerVariable[]): Replacement {
  const last = links[links.length - 1];
  const fill = ({ layer, kernel }: Link) => {
    const [first, ...rest] = layer.weights;
    tidy(() => (first.read() as Variable).assign(tensorOf(kernel)));
    if (layer === last.layer) copyWeights(others, rest);
  };
  return { layers: links.map(({ layer }) => layer), initialize: () => links.forEach(fill) };
}

function tensorOf({ shape, data }: CpuTensor) {
  return tensor(data, [...shape], 'float32');
}
