import type { MatrixCompressor, Shape2D } from '@gcompress/core';
import type { CompressionSchedule } from '@gcompress/scheduler';
import type { Variable } from '@tensorflow/tfjs-core';
import type { LayersModel, LayerVariable, layers } from '@tensorflow/tfjs-layers';
import { TfCompressionOp } from '../compression-op.ts';
import { type VariableSpec, variableSpecs } from '../compression-variables.ts';

/** Any layer of the layers API. */
export type Layer = layers.Layer;

/** How the matrices of a layer are compressed. */
export interface LayerCompression {
  readonly compressor: MatrixCompressor;
  readonly schedule: CompressionSchedule;
}

/** A layer whose matrices are being compressed while it trains. */
export interface CompressedLayer extends Layer {
  /** One operator a compressed matrix, called `layer/matrix`; they exist once the layer is built. */
  readonly ops: readonly TfCompressionOp[];
  /** Whether something runs the update steps; set by the callback, and by hand in a training loop of one's own. */
  driven: boolean;
  /** Stock or deployed layers that compute what this one computes at alpha 0, in order, with their weights. */
  deploy(config: LayerConfig): Replacement;
}

/** Arguments of a layer, as its `getConfig()` gives them. */
export type LayerConfig = ReturnType<Layer['getConfig']>;

/** New layers in the place of an old one. */
export interface Replacement {
  /** Applied one after the other; the last has the name of the old layer. */
  readonly layers: readonly Layer[];
  /** Puts the weights in, once the layers are built. */
  initialize(): void;
}

/** Whether a layer is one of ours, also when it comes from a second copy of this package. */
export function isCompressedLayer(layer: Layer): layer is CompressedLayer {
  return 'ops' in layer && 'driven' in layer && 'deploy' in layer;
}

/** The layers of a model, those of nested models included. */
export function allLayers(model: LayersModel): Layer[] {
  return model.layers.flatMap((layer) => (isModel(layer) ? allLayers(layer) : [layer]));
}

/** The compressed layers of a model, those of nested models included. */
export function compressedLayers(model: LayersModel): CompressedLayer[] {
  return allLayers(model).filter(isCompressedLayer);
}

/** Whether a layer is itself a model. */
export function isModel(layer: Layer): layer is LayersModel {
  return 'layers' in layer && 'inputs' in layer && 'outputs' in layer;
}

/** A layer's own way of adding a weight, which starts as zeros. */
export type AddWeight = (name: string, spec: Omit<VariableSpec, 'initial'>) => LayerVariable;

/**
 * The operator on a layer's kernel. Factors, alpha and state become weights of the layer, so that they are compiled, saved and
 * loaded with it.
 *
 * @param name of the matrix in the layer.
 * @param kernel the weight that holds the matrix.
 * @param shape how the kernel is read as a matrix `[m, n]`.
 */
export function createLayerOp(
  layer: Layer,
  name: string,
  kernel: LayerVariable,
  shape: Shape2D,
  { compressor, schedule }: LayerCompression,
  addWeight: AddWeight,
): TfCompressionOp {
  const specs = variableSpecs(compressor.plan(shape));
  const opName = `${layer.name}/${name}`;
  const add = (suffix: string, spec: VariableSpec): Variable => {
    const weight = addWeight(`${name}/${suffix}`, spec);
    // Written rather than initialized, because fast building turns every initializer into zeros
    const initial = spec.initial();
    weight.write(initial);
    initial.dispose();
    return weight.read() as Variable;
  };
  return new TfCompressionOp(kernel.read() as Variable, {
    compressor,
    schedule: schedule.forLayer(opName),
    name: opName,
    shape,
    variables: {
      matrix: kernel.read() as Variable,
      factors: Object.fromEntries(Object.entries(specs.factors).map(([key, spec]) => [key, add(key, spec)])),
      alpha: add('alpha', specs.alpha),
      state: add('schedule_state', specs.state),
    },
  });
}
