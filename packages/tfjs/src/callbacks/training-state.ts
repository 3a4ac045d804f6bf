import { GCompressError } from '@gcompress/core';
import type { io, Optimizer, Variable } from '@tensorflow/tfjs-core';
import type { LayersModel, LayerVariable } from '@tensorflow/tfjs-layers';
import type { TfCompressionOp } from '../compression-op.ts';
import { isCompressedLayer } from '../layers/compressed-layer.ts';
import { allLayers, type Layer } from '../layers/layer.ts';

/** All that a training in a loop of one's own must have to go on. */
export interface TrainingState {
  /** Every variable, always in the same order: those that train, and all of the operators, as {@link operatorVariables} lists them. */
  readonly variables: readonly Variable[];
  readonly optimizer: Optimizer;
}

/** A training: its variables and optimizer, or a compiled model. */
export type Training = TrainingState | LayersModel;

/** All variables of an operator: A, the factors, alpha and the state of the schedule. */
export function operatorVariables({ variables: { matrix, factors, alpha, state } }: TfCompressionOp): Variable[] {
  return [matrix, ...Object.values(factors), alpha, state];
}

/** A variable as a checkpoint has it. */
export interface StoredVariable {
  /** Unique among all. */
  readonly name: string;
  readonly variable: Variable;
  /** What it is, in words that are the same whenever a program makes this training. */
  readonly description: string;
}

/** A training as checkpoints see it. */
export interface StoredTraining {
  readonly variables: readonly StoredVariable[];
  readonly optimizer: Optimizer;
  /** Class of the optimizer, and what else its state depends on. */
  readonly optimizerKind: string;
  /** What makes the checkpoint of a model one that `tf.loadLayersModel` reads. */
  readonly topology: Pick<io.ModelArtifacts, 'modelTopology' | 'format' | 'userDefinedMetadata'>;
}

/**
 * The parts of a training that are stored.
 *
 * @throws GCompressError `not-ready` for a model that is not compiled, `unsupported` where two weights have the same name.
 */
export function storedTraining(training: Training): StoredTraining {
  const stored = 'variables' in training ? ofVariables(training) : ofModel(training);
  const names = stored.variables.map(({ name }) => name);
  const twice = names.find((name, i) => names.indexOf(name) !== i);
  if (twice === undefined) return stored;
  throw new GCompressError('unsupported', {
    where: 'checkpoint',
    expected: 'weights with names of their own',
    actual: `two that are called '${twice}'`,
    hint: 'Give layers in nested models names of their own.',
  });
}

function ofVariables({ variables, optimizer }: TrainingState): StoredTraining {
  const stored = variables.map((variable) => {
    return { name: variable.name, variable, description: describe(variable, variable.trainable) };
  });
  return { variables: stored, optimizer, optimizerKind: kindOfOptimizer(optimizer), topology: {} };
}

function ofModel(model: LayersModel): StoredTraining {
  if (!model.optimizer) {
    throw new GCompressError('not-ready', {
      where: 'checkpoint',
      expected: 'a model that is compiled',
      actual: `'${model.name}', which is not`,
      hint: 'Call model.compile first.',
    });
  }
  const trained = new Set(model.trainableWeights);
  const variables = allLayers(model).flatMap((layer) => {
    return layer.weights.map((weight) => storedWeight(weight, kindOfLayer(layer), trained.has(weight)));
  });
  const metadata = model.getUserDefinedMetadata();
  return {
    variables,
    optimizer: model.optimizer,
    optimizerKind: kindOfOptimizer(model.optimizer),
    topology: {
      format: 'layers-model',
      modelTopology: model.toJSON(undefined, false) as object,
      ...(metadata && { userDefinedMetadata: metadata }),
    },
  };
}

function kindOfLayer(layer: Layer): string {
  if (!isCompressedLayer(layer)) return layer.getClassName();
  const methods = new Set(layer.ops.map(({ compressor }) => compressor.method));
  return `${layer.inner.getClassName()} compressed by ${[...methods].join(', ')}`;
}

function storedWeight(weight: LayerVariable, layer: string, trainable: boolean): StoredVariable {
  const variable = weight.read() as Variable;
  // Without the layer's name, which tfjs numbers where the user gives none
  const role = weight.originalName.split('/').at(-1);
  return { name: weight.originalName, variable, description: `${role} of ${layer}, ${describe(variable, trainable)}` };
}

function describe({ dtype, shape }: Variable, trainable: boolean): string {
  return `${trainable ? 'trainable' : 'fixed'} ${dtype} [${shape.join(', ')}]`;
}

function kindOfOptimizer(optimizer: Optimizer): string {
  // A centered RMSProp has variables that another one has not
  return `${optimizer.getConfig().centered === true ? 'centered ' : ''}${optimizer.getClassName()}`;
}
