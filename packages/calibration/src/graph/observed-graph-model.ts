// Observes a graph model: executes it up to the inputs of its constants.
import { groupedBy } from '../observed/grouped-by.ts';
import type { ObservedModel, Run } from '../observed/observed.ts';
import { type CalibratedGraph, graphArtifacts, modelInputs } from './calibrated-graph.ts';
import { NodeOutputs } from './node-outputs.ts';
import { observedNodes } from './observed-nodes.ts';
import { usesInOrder } from './uses-in-order.ts';

/**
 * The constants of a graph model that can be observed.
 *
 * @param maxOutputBytes most bytes of node outputs that one run may hold.
 */
export async function observedGraphModel(model: CalibratedGraph, maxOutputBytes: number): Promise<ObservedModel> {
  const artifacts = await graphArtifacts(model);
  const topology = artifacts.modelTopology as object;
  const { observed, skipped } = await observedNodes(model, artifacts);
  // Groups places that read the same outputs, so that these outputs are computed once
  const ordered = [...groupedBy(observed, ({ sources }) => sources.join()).values()].flat();
  const outputs = new NodeOutputs(model, maxOutputBytes);
  const run = async ({ tensors, weights, take, ...sampling }: Run) => {
    const wanted = ordered.filter(({ weight }) => weights.has(weight));
    await outputs.visit(tensors, wanted, async ({ weight, read }, inputs) =>
      take(weight, await read(inputs, sampling)),
    );
  };
  const order = async () => usesInOrder(observed, topology);
  return { inputs: modelInputs(model), observed, skipped, run, order };
}
