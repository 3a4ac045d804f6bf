// Counts the multiply-adds of a model's matrices for one example.
import { GCompressError } from '@gcompress/core';
import { assertType, describeValue } from '@gcompress/core/checks';
import { readModel } from '@gcompress/packed/weights';
import type { io } from '@tensorflow/tfjs-core';
import { type CountedGraph, countGraph } from './count-graph.ts';
import { type CountedLayers, countLayers } from './count-layers.ts';
import type { CountedMatrix, MultiplyAdds } from './counted.ts';

/**
 * Counts the multiply-adds of dense layers, convolutions and recurrent layers for one example. Lookups in tables count as 0. Biases,
 * normalizations and activations are not counted.
 *
 * @param model the loaded model. A graph model is run once; of a layers model only the shapes are read.
 * @param artifacts the artifacts of the same model.
 * @param inputs tensors of one example, in the order of the model's inputs. Only a graph model needs them.
 * @throws GCompressError `invalid-option` for anything but a model and its artifacts; the errors of TensorFlow.js if a graph cannot run.
 */
export async function multiplyAdds(
  model: CountedLayers | CountedGraph,
  artifacts: io.ModelArtifacts,
  inputs: CountedGraph['inputTensors'] = [],
): Promise<MultiplyAdds> {
  assertType('multiplyAdds', 'model', model, 'object');
  const { weights, kernels } = readModel('multiplyAdds', artifacts);
  const matrices = new Map<string, CountedMatrix>();
  for (const { name, shape } of weights) {
    const kernel = kernels.get(name);
    if (kernel) matrices.set(name, { ...kernel, shape });
  }
  if ('layers' in model && Array.isArray(model.layers)) return countLayers(model, matrices);
  if ('executeAsync' in model && typeof model.executeAsync === 'function') {
    return countGraph(model, artifacts.modelTopology as object, matrices, inputs);
  }
  throw new GCompressError('invalid-option', {
    where: 'multiplyAdds model',
    expected: 'a layers model or a graph model',
    actual: describeValue(model),
  });
}
