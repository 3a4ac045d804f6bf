// Splits the nodes of a graph model by low-rank factors that are already there.
import { type CompressedMatrix, GCompressError } from '@gcompress/core';
import { assertType, describeValue } from '@gcompress/core/checks';
import type { io } from '@tensorflow/tfjs-core';
import { Graph } from '../graph/graph.ts';
import { type KeptWeight, splitPlaces } from './places.ts';
import type { SplitWeight } from './report.ts';
import { factorsOf, matrixOf, relativeDistance, splitWeight } from './split-weight.ts';

/** A graph model with low-rank nodes. */
export interface SplitGraph {
  /** The rewritten model: an ordinary graph model, which TensorFlow.js loads by itself. */
  readonly artifacts: io.ModelArtifacts;
  readonly split: readonly SplitWeight[];
  /** The weights that stay as they are, with the reasons. */
  readonly kept: readonly KeptWeight[];
}

const WHERE = 'splitGraph';

/**
 * Puts two nodes in the place of each node of a graph model whose weight has low-rank factors: two matrix products, or a convolution to
 * r channels and one of 1×1. Bias and activation stay with the second node, which keeps the name. The rewritten model computes what the given
 * one would with the decompressed matrices, but for rounding.
 *
 * @param artifacts a graph model, as the `load()` of an IOHandler returns it; not changed.
 * @param matrices compressed weights by name, such as the `matrices` of a method `lowRank`: formats that are a product of two matrices.
 * @throws GCompressError `invalid-option` for anything but artifacts and matrices of their weights, `shape-mismatch` for matrices of
 *   another shape, `unsupported` for a layers model.
 */
export function splitGraph(artifacts: io.ModelArtifacts, matrices: ReadonlyMap<string, CompressedMatrix>): SplitGraph {
  const graph = new Graph(WHERE, artifacts);
  assertMatrices(matrices, graph);
  const { places, kept: reasons } = splitPlaces(graph, artifacts.modelTopology as object);
  const split: SplitWeight[] = [];
  const kept: KeptWeight[] = [];
  for (const [name, compressed] of matrices) {
    const place = places.get(name);
    const factors = factorsOf(compressed);
    if (!factors) kept.push({ name, reason: `${compressed.format.id} is not a product of two matrices` });
    else if (!place) kept.push({ name, reason: reasons.get(name) ?? 'no known op multiplies with it' });
    else {
      const original = matrixOf(place);
      if (original.shape.join() !== compressed.shape.join()) throw otherShape(name, original.shape, compressed.shape);
      const relativeError = relativeDistance(original, compressed.decompress());
      const form = place.kernel ? 'output-channels' : 'product';
      split.push(splitWeight(graph, place, form, factors, { relativeError }));
    }
  }
  return { artifacts: graph.artifacts(), split, kept };
}

function assertMatrices(matrices: unknown, graph: Graph): asserts matrices is ReadonlyMap<string, CompressedMatrix> {
  const hint = 'Pass the compressed weights by name, and the artifacts of the same model.';
  if (!(matrices instanceof Map)) {
    throw new GCompressError('invalid-option', {
      where: `${WHERE} matrices`,
      expected: 'a map from names of weights to compressed matrices',
      actual: describeValue(matrices),
      hint,
    });
  }
  for (const [name, compressed] of matrices as Map<string, CompressedMatrix>) {
    if (!graph.weights.get(name)) {
      throw new GCompressError('invalid-option', {
        where: `${WHERE} matrices`,
        expected: 'matrices of weights of this model',
        actual: `a matrix of '${String(name)}'`,
        hint,
      });
    }
    assertType(`${WHERE} matrices`, `of '${name}'`, compressed, 'object', hint);
    assertType(`${WHERE} '${name}'`, 'decompress', compressed.decompress, 'function', hint);
    assertType(`${WHERE} '${name}'`, 'format', compressed.format, 'object', hint);
  }
}

function otherShape(name: string, expected: readonly number[], actual: readonly number[]): GCompressError {
  return new GCompressError('shape-mismatch', {
    where: `${WHERE} '${name}'`,
    expected: `a matrix [${expected.join(', ')}]`,
    actual: `[${actual.join(', ')}]`,
  });
}
