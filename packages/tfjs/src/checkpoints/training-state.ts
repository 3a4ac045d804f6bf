// The state that a training needs to resume, of a model or of a custom training loop.
import { GCompressError } from '@gcompress/core';
import { describeValue } from '@gcompress/core/checks';
import { type io, type Optimizer, Variable } from '@tensorflow/tfjs-core';
import type { LayersModel, LayerVariable } from '@tensorflow/tfjs-layers';
import { assertModel, assertUsableModel } from '../layers/model/model-checks.ts';
import { allLayers } from '../layers/model/model-layers.ts';
import type { Layer } from '../layers/weights/clone-layer.ts';
import { isCompressedLayer } from '../layers/wrapper/compressed-layer.ts';
import { isOptimizer } from '../optimizers/set-learning-rate.ts';
import { assertOperator } from '../summaries/operator-argument.ts';
import type { TfCompressionOp } from '../training/compression-op.ts';
import { compressionOps } from './compression-state.ts';

/** The state that a custom training loop needs to resume. */
export interface TrainingState {
  /** Every variable, always in the same order: the trainable ones, and all variables of the operators (see {@link operatorVariables}). */
  readonly variables: readonly Variable[];
  readonly optimizer: Optimizer;
  /**
   * The operators of these variables. If given, a checkpoint that is damaged or was saved with a different schedule is refused before
   * anything changes, and the histories of their compressors are saved and restored, too.
   */
  readonly operators?: readonly TfCompressionOp[];
}

/** A training: its variables and optimizer, or a compiled model. */
export type Training = TrainingState | LayersModel;

/**
 * All variables of an operator: A, the factors, alpha and the state of the schedule.
 *
 * @throws GCompressError `invalid-option` for anything but an operator.
 */
export function operatorVariables(op: TfCompressionOp): Variable[] {
  assertOperator('operatorVariables', op);
  const { matrix, factors, alpha, state } = op.variables;
  return [matrix, ...Object.values(factors), alpha, state];
}

/** A variable with its name and description in a checkpoint. */
export interface StoredVariable {
  /** Unique in the checkpoint. */
  readonly name: string;
  readonly variable: Variable;
  /** A description, which is the same whenever the program makes this training. */
  readonly description: string;
}

/** The parts of a training that a checkpoint stores. */
export interface StoredTraining {
  readonly variables: readonly StoredVariable[];
  readonly optimizer: Optimizer;
  /** Class of the optimizer, with the options that decide which variables it has. */
  readonly optimizerKind: string;
  /** The variables that the optimizer trains, in its order; undefined for a custom loop, where only the program knows. */
  readonly trainable: readonly Variable[] | undefined;
  readonly operators: readonly TfCompressionOp[];
  /** The parts of a model's checkpoint that `tf.loadLayersModel` needs. */
  readonly topology: Pick<io.ModelArtifacts, 'modelTopology' | 'format' | 'userDefinedMetadata'>;
}

/**
 * The parts of a training that are stored.
 *
 * @throws GCompressError `not-ready` for a model that is not compiled, `unsupported` when two weights have the same name.
 */
export function storedTraining(training: Training, where: string): StoredTraining {
  const stored = isState(training) ? ofVariables(training, where) : ofModel(training, where);
  const names = stored.variables.map(({ name }) => name);
  if (names.includes('__proto__')) {
    throw new GCompressError('unsupported', {
      where: 'checkpoint',
      expected: 'weights with names that a file can hold',
      actual: "a weight named '__proto__'",
    });
  }
  const twice = names.find((name, i) => names.indexOf(name) !== i);
  if (twice === undefined) return stored;
  throw new GCompressError('unsupported', {
    where: 'checkpoint',
    expected: 'weights with unique names',
    actual: `two weights named '${twice}'`,
    hint: 'Give layers in nested models unique names.',
  });
}

function isState(training: Training): training is TrainingState {
  return typeof training === 'object' && training !== null && 'variables' in training;
}

function ofVariables({ variables, optimizer, operators = [] }: TrainingState, where: string): StoredTraining {
  const wrong = Array.isArray(variables) ? variables.findIndex((each) => !(each instanceof Variable)) : 0;
  if (wrong >= 0) {
    const [what, came] = Array.isArray(variables)
      ? ['variables', variables[wrong]]
      : ['a list of variables', variables];
    throw noTraining(`${where} variables`, what, came);
  }
  const gone = variables.find(({ isDisposed }) => isDisposed);
  if (gone) {
    throw new GCompressError('disposed', { where, expected: 'variables in use', actual: `'${gone.name}', disposed` });
  }
  if (!isOptimizer(optimizer)) throw noTraining(`${where} optimizer`, 'an optimizer of tf.train', optimizer);
  if (!Array.isArray(operators)) throw noTraining(`${where} operators`, 'a list of operators', operators);
  for (const op of operators) assertOperator(`${where} operators`, op);
  const stored = variables.map((variable) => {
    return { name: variable.name, variable, description: describe(variable, variable.trainable) };
  });
  return {
    variables: stored,
    optimizer,
    optimizerKind: kindOfOptimizer(optimizer),
    trainable: undefined,
    operators,
    topology: {},
  };
}

function noTraining(where: string, expected: string, came: unknown): GCompressError {
  return new GCompressError('invalid-option', { where, expected, actual: describeValue(came) });
}

function ofModel(model: LayersModel, where: string): StoredTraining {
  assertModel(model, where);
  assertUsableModel(model, where);
  if (!model.optimizer) {
    throw new GCompressError('not-ready', {
      where: 'checkpoint',
      expected: 'a model that is compiled',
      actual: `'${model.name}', which is not compiled`,
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
    trainable: model.trainableWeights.map((weight) => weight.read() as Variable),
    operators: compressionOps(model),
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
  // Without the layer's name, because tfjs numbers layers that have no name from the user
  const role = weight.originalName.split('/').at(-1);
  return { name: weight.originalName, variable, description: `${role} of ${layer}, ${describe(variable, trainable)}` };
}

function describe({ dtype, shape }: Variable, trainable: boolean): string {
  return `${trainable ? 'trainable' : 'fixed'} ${dtype} [${shape.join(', ')}]`;
}

function kindOfOptimizer(optimizer: Optimizer): string {
  // A centered RMSProp has more variables than a plain RMSProp
  return `${optimizer.getConfig().centered === true ? 'centered ' : ''}${optimizer.getClassName()}`;
}
