import type { CompressedMatrix, CpuTensor } from '@gcompress/core';
import { tensor, tidy, type Variable } from '@tensorflow/tfjs-core';
import type { LayerVariable } from '@tensorflow/tfjs-layers';
import { copyWeights, type Layer, type LayerConfig, sameClass } from './layer.ts';
import type { KernelSplit } from './layer-kinds.ts';
import { ownedWeights } from './owned-weights.ts';
import { PackedLayer, type Preference } from './packed-layer.ts';
import { type Link, productChain } from './product-chain.ts';
import type { Replacement } from './rebuild-model.ts';

/** A weight of a layer that is compressed, and its compressed form. */
export interface CompressedWeight {
  /** Name of the matrix in the layer. */
  readonly name: string;
  readonly weight: LayerVariable;
  readonly compressed: CompressedMatrix;
}

/** What of a layer goes into the layers that stand for it. */
export interface Deployment {
  /** Arguments of the layer. */
  readonly config: LayerConfig;
  /** Its compressed weights. */
  readonly matrices: readonly CompressedWeight[];
  readonly split: KernelSplit;
  readonly prefer: Preference;
  /** Names of layers that the model has; new ones are added. */
  readonly taken: Set<string>;
}

/**
 * Layers that compute what a layer computes with these matrices. Where there is one, and it is a product that stock layers can
 * compute, they are stock layers, which load without this package; otherwise a {@link PackedLayer}.
 */
export function deploy(layer: Layer, deployment: Deployment): Replacement {
  const { config, matrices, split, taken } = deployment;
  const others = ownedWeights(layer).filter((weight) => !matrices.some((matrix) => matrix.weight === weight));
  const links = stockLinks(
    layer,
    config,
    matrices.map(({ compressed }) => compressed),
    { split, taken },
  );
  return links ? stockLayers(links, others) : packedLayer(layer, deployment, others);
}

/** Whether a layer with these compressed matrices is deployed as stock layers, which load without this package. */
export function deploysAsStock(
  layer: Layer,
  config: LayerConfig,
  matrices: readonly CompressedMatrix[],
  split: KernelSplit,
): boolean {
  return stockLinks(layer, config, matrices, { split, taken: new Set() }) !== undefined;
}

function stockLinks(
  layer: Layer,
  config: LayerConfig,
  matrices: readonly CompressedMatrix[],
  choice: Pick<Deployment, 'split' | 'taken'>,
): Link[] | undefined {
  return matrices.length === 1 ? productChain(layer.getClassName(), config, matrices[0], choice) : undefined;
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
  { config, matrices, split, prefer }: Deployment,
  others: readonly LayerVariable[],
): Replacement {
  const layer = new PackedLayer({
    split,
    prefer,
    layer: sameClass(inner, config),
    matrices: matrices.map(({ name, compressed }) => ({ name, format: compressed.format, packed: compressed.pack() })),
  });
  return { layers: [layer], initialize: () => copyWeights(others, layer.keptWeights) };
}

function tensorOf({ shape, data }: CpuTensor) {
  return tensor(data, [...shape], 'float32');
}
