// Finds the bias of each kernel of a saved model.
import { assertType } from '@gcompress/core/checks';
import type { io } from '@tensorflow/tfjs-core';
import { graphBiases } from './graph-biases.ts';
import { layerBiases } from './layer-biases.ts';

/**
 * The bias that is added to the outputs of each kernel, and to nothing else: names of biases by the name of the kernel. Recurrent layers and
 * kernels without a bias are left out.
 *
 * @param artifacts what the `load()` of an IOHandler returns; weights are not read.
 * @throws GCompressError `invalid-option` for anything else.
 */
export function kernelBiases(
  artifacts: Pick<io.ModelArtifacts, 'modelTopology' | 'weightSpecs'>,
): ReadonlyMap<string, string> {
  const { modelTopology, weightSpecs = [] } = artifacts;
  assertType('kernelBiases artifacts', 'modelTopology', modelTopology, 'object');
  if (!Array.isArray((modelTopology as { readonly node?: unknown }).node)) {
    return layerBiases(weightSpecs.map(({ name }) => name));
  }
  return graphBiases(modelTopology as object, new Map(weightSpecs.map(({ name, shape }) => [name, shape])));
}
