// The report on a model for inference: how it computes with each packed matrix, and what that holds in memory.
import type { LayersModel } from '@tensorflow/tfjs-layers';
import { assertModel } from '../model/model-checks.ts';
import { allLayers } from '../model/model-layers.ts';
import { PackedLayer, type PackedMatrixExecution } from '../wrapper/packed-layer.ts';

/** How a model computes with one packed matrix. */
export interface MatrixExecution extends PackedMatrixExecution {
  /** Name of the layer. */
  readonly layer: string;
}

/**
 * How a model, with its nested models, computed with each packed matrix at its last call. Layers that were not called yet are left out.
 *
 * @throws GCompressError `invalid-option` when the argument is not a model.
 */
export function executionReport(model: LayersModel): MatrixExecution[] {
  assertModel(model, 'executionReport');
  return allLayers(model).flatMap((layer) => {
    const executions = layer instanceof PackedLayer ? (layer.executions ?? []) : [];
    return executions.map((execution) => ({ layer: layer.name, ...execution }));
  });
}
