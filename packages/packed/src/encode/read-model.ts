// Reads a model's artifacts: the weights, which weights are matrices, and the rest as JSON.
import { GCompressError } from '@gcompress/core';
import { assertType, describeValue } from '@gcompress/core/checks';
import { type MatrixWeight, matrixWeights } from '@gcompress/weights';
import type { io } from '@tensorflow/tfjs-core';
import { type ModelWeight, modelWeights } from './model-weights.ts';

/** The result of {@link readModel}. */
export interface ModelContents {
  /** All weights in the order of the model. */
  readonly weights: readonly ModelWeight[];
  /** The weights that the model multiplies with, by name. */
  readonly kernels: ReadonlyMap<string, MatrixWeight>;
  /** The artifacts without weights and weight specifications, as JSON. */
  readonly model: Readonly<Record<string, unknown>>;
}

/**
 * Reads artifacts. The bytes of the weights are views of the given data.
 *
 * @param where the function that errors name.
 * @param artifacts the artifacts that the `load()` of an IOHandler returns; they are not changed.
 * @throws GCompressError `invalid-option` for anything but artifacts, `unsupported` for a topology that is not JSON.
 */
export function readModel(where: string, artifacts: io.ModelArtifacts): ModelContents {
  assertType(where, 'artifacts', artifacts, 'object', 'Pass what the load() of an IOHandler gives.');
  const weights = modelWeights(artifacts, where);
  const model = plainModel(where, artifacts);
  const kernels = matrixWeights({ ...artifacts, modelTopology: model.modelTopology as object });
  return { weights, kernels, model };
}

function plainModel(where: string, artifacts: io.ModelArtifacts): Readonly<Record<string, unknown>> {
  const { weightSpecs: _, weightData: __, getWeightStream: ___, ...model } = artifacts;
  if (typeof model.modelTopology !== 'object' || model.modelTopology === null || isBinary(model.modelTopology)) {
    throw new GCompressError('unsupported', {
      where: `${String(where)} artifacts`,
      expected: 'a modelTopology in JSON',
      actual: describeValue(model.modelTopology),
    });
  }
  try {
    return JSON.parse(JSON.stringify(model));
  } catch (cause) {
    throw new GCompressError('unsupported', {
      where: `${String(where)} artifacts`,
      expected: 'a topology and metadata that JSON can hold',
      actual: cause instanceof Error ? cause.message : String(cause),
      cause,
    });
  }
}

function isBinary(value: unknown): boolean {
  return value instanceof ArrayBuffer || ArrayBuffer.isView(value);
}
