// Finds the weights of a saved model that are matrices.
import { GCompressError } from '@gcompress/core';
import { assertType, describeValue } from '@gcompress/core/checks';
import type { io } from '@tensorflow/tfjs-core';
import { graphWeights } from './graph-weights.ts';
import { layerWeights } from './layer-weights.ts';
import type { MatrixWeight } from './matrix-weight.ts';

const HINT = 'Pass what the load() of an IOHandler gives.';

/**
 * The weights that a model multiplies with, by name. In a graph: the constants of products, convolutions and tables, in the graph and in
 * its functions. In layers: the kernels and embeddings of stock and custom layers, without the weights of an optimizer.
 *
 * @param artifacts topology and weight specifications, as the `load()` of an IOHandler returns them; values are not read.
 * @throws GCompressError `invalid-option` for anything but artifacts with a topology in JSON.
 */
export function matrixWeights(
  artifacts: Pick<io.ModelArtifacts, 'modelTopology' | 'weightSpecs'>,
): ReadonlyMap<string, MatrixWeight> {
  assertType('matrixWeights', 'artifacts', artifacts, 'object', HINT);
  const { modelTopology, weightSpecs = [] } = artifacts;
  assertType('matrixWeights', 'modelTopology', modelTopology, 'object', HINT);
  assertSpecs(weightSpecs);
  const topology = modelTopology as Readonly<Record<string, unknown>>;
  // Only a graph has a list of nodes
  return Array.isArray(topology.node) ? graphWeights(topology) : layerWeights(topology, weightSpecs);
}

function assertSpecs(specs: unknown): void {
  const wrong = Array.isArray(specs) ? specs.find((spec: unknown) => !isSpec(spec)) : specs;
  if (Array.isArray(specs) && specs.every(isSpec)) return;
  throw new GCompressError('invalid-option', {
    where: 'matrixWeights weightSpecs',
    expected: 'a list of names and shapes',
    actual: describeValue(wrong),
    hint: HINT,
  });
}

function isSpec(spec: unknown): boolean {
  const { name, shape } = (spec ?? {}) as { readonly name?: unknown; readonly shape?: unknown };
  return typeof name === 'string' && Array.isArray(shape);
}
