// Which weights of a saved model are matrices.
import { assertType } from '@gcompress/core/checks';
import type { io } from '@tensorflow/tfjs-core';
import { graphWeights } from './graph-weights.ts';
import { layerWeights } from './layer-weights.ts';
import type { MatrixWeight } from './matrix-weight.ts';

/**
 * The weights that a model multiplies with, by name. In a graph: the constants of products, convolutions and tables, in the graph and in
 * its functions. In layers: the kernels and embeddings of stock and custom layers, without the weights of an optimizer.
 *
 * @param artifacts topology and specifications of the weights, as the `load()` of an IOHandler gives them; no value is read.
 * @throws GCompressError `invalid-option` for anything but artifacts with a topology in JSON.
 */
export function matrixWeights({
  modelTopology,
  weightSpecs = [],
}: Pick<io.ModelArtifacts, 'modelTopology' | 'weightSpecs'>): ReadonlyMap<string, MatrixWeight> {
  assertType('matrixWeights', 'modelTopology', modelTopology, 'object', 'Pass what the load() of an IOHandler gives.');
  const topology = modelTopology as Readonly<Record<string, unknown>>;
  // Only a graph has a list of nodes
  return Array.isArray(topology.node) ? graphWeights(topology) : layerWeights(topology, weightSpecs);
}
