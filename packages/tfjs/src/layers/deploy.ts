import type { CompressedMatrix, CpuTensor } from '@gcompress/core';
import { tensor, tidy, type Variable } from '@tensorflow/tfjs-core';
import type { LayerVariable } from '@tensorflow/tfjs-layers';
import { copyWeights, type Layer, type LayerConfig, sameClass } from './layer.ts';
import type { KernelSplit } from './layer-kinds.ts';
import { PackedLayer } from './packed-layer.ts';
import { type Link, productChain } from './product-chain.ts';
import type { Replacement } from './rebuild-model.ts';

/** A weight of a layer that is compressed, and its compressed form. */
export interface CompressedWeight {
  /** Name of the matrix in the layer. */
  readonly name: string;
  readonly weight: LayerVariable;
  readonly compressed: CompressedMatrix;
}

/**
 * Layers that compute what a layer computes with these matrices. Where there is one, and it is a product that stock layers can
 * compute, they are stock layers, which load without this package; otherwise a {@link PackedLayer}.
 */
export function deploy(
  layer: Layer,
  config: LayerConfig,
  matrices: readonly CompressedWeight[],
  split: KernelSplit,
): Replacement {
  const others = layer.weights.filter((weight) => !matrices.some((matrix) => matrix.weight === weight));
  const [{ compressed }] = matrices;
  const links = matrices.length === 1 ? productChain(layer.getClassName(), config, compressed, split) : undefined;
  return links ? stockLayers(links, others) : packedLayer(layer, config, matrices, split, others);
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

function packedLayer(
  inner: Layer,
  config: LayerConfig,
  matrices: readonly CompressedWeight[],
  split: KernelSplit,
  others: readonly LayerVariable[],
): Replacement {
  const layer = new PackedLayer({
    layer: sameClass(inner, config),
    matrices: matrices.map(({ name, compressed }) => ({ name, format: compressed.format, packed: compressed.pack() })),
    split,
  });
  return { layers: [layer], initialize: () => copyWeights(others, layer.keptWeights) };
}

function tensorOf({ shape, data }: CpuTensor) {
  return tensor(data, [...shape], 'float32');
}
