// A model as its matrices and a prediction function, so that its outputs can be differentiated by the matrices.
import { GCompressError } from '@gcompress/core';
import { describeValue } from '@gcompress/core/checks';
import { type MatrixWeight, matrixWeights } from '@gcompress/weights';
import type { io, Tensor } from '@tensorflow/tfjs-core';
import type { LayersModel } from '@tensorflow/tfjs-layers';
import type { GainPlaces } from './gain-places.ts';
import { type GainGraph, graphAnswers } from './graph-answers.ts';
import { layerAnswers } from './layer-answers.ts';

/** A model whose gains can be measured. */
export type GainModel = LayersModel | GainGraph;

/** A weight that the model multiplies with. */
export interface ModelMatrix {
  readonly name: string;
  readonly use: MatrixWeight;
  /** The tensor that the operations of the model read; the model owns it. */
  readonly value: Tensor;
}

/** The inputs of the gradient: the matrices of the model. */
export interface DifferentiableModel {
  readonly matrices: readonly ModelMatrix[];
  /** The tensors at the places where errors count, in inference mode; the caller owns them. */
  answer(batch: readonly Tensor[]): Tensor[];
}

/**
 * Finds the matrices of a model, and the tensors at the places where errors count.
 *
 * @throws GCompressError `invalid-option` for anything else and for unknown places, `unsupported` for a model without matrices.
 */
export async function differentiable(model: GainModel, places: GainPlaces): Promise<DifferentiableModel> {
  const own = isLayersModel(model)
    ? ofLayers(model, places)
    : isGraph(model)
      ? await ofGraph(model, places)
      : undefined;
  if (!own) {
    throw new GCompressError('invalid-option', {
      where: 'channelGains model',
      expected: 'a layers model or a graph model of TensorFlow.js',
      actual: describeValue(model),
    });
  }
  if (own.matrices.length > 0) return own;
  throw new GCompressError('unsupported', {
    where: 'channelGains model',
    expected: 'a model that multiplies with at least one weight',
    actual: 'none',
  });
}

function ofLayers(model: LayersModel, places: GainPlaces): DifferentiableModel {
  const weightSpecs = model.weights.map(({ originalName, shape }) => ({
    name: originalName,
    shape: shape.map(Number),
    dtype: 'float32' as const,
  }));
  const uses = matrixWeights({ modelTopology: model.toJSON(undefined, false) as object, weightSpecs });
  const matrices = model.weights.flatMap((weight) => {
    const use = uses.get(weight.originalName);
    return use ? [{ name: weight.originalName, use, value: weight.read() }] : [];
  });
  return { matrices, answer: layerAnswers(model, places) };
}

async function ofGraph(model: GainGraph, places: GainPlaces): Promise<DifferentiableModel> {
  const saved: io.ModelArtifacts[] = [];
  await model.save({
    save: async (artifacts) => {
      saved.push(artifacts);
      return { modelArtifactsInfo: { dateSaved: new Date(0), modelTopologyType: 'JSON' } };
    },
  });
  const matrices = [...matrixWeights(saved[0])].flatMap(([name, use]) => {
    const value = model.weights[name]?.[0];
    return value ? [{ name, use, value }] : [];
  });
  return { matrices, answer: graphAnswers(model, saved[0].modelTopology as object, places) };
}

function isLayersModel(model: unknown): model is LayersModel {
  const { layers, weights, apply } = (model ?? {}) as Partial<LayersModel>;
  return Array.isArray(layers) && Array.isArray(weights) && typeof apply === 'function';
}

function isGraph(model: unknown): model is GainGraph {
  const { weights, outputs, predict, execute, save } = (model ?? {}) as Partial<GainGraph>;
  return (
    typeof weights === 'object' &&
    weights !== null &&
    !Array.isArray(weights) &&
    Array.isArray(outputs) &&
    [predict, execute, save].every((method) => typeof method === 'function')
  );
}
