// Saves a training as a checkpoint.
import { GCompressError, type JsonObject } from '@gcompress/core';
import { dispose, io, type Optimizer, type Tensor, Variable } from '@tensorflow/tfjs-core';
import { withHeader } from './checkpoint-header.ts';
import { methodOf } from './io-handler-checks.ts';
import { assertJsonObject } from './json-checks.ts';
import { historyTensors } from './training-histories.ts';
import { storedTraining, type Training } from './training-state.ts';

/**
 * Saves a training so that {@link restoreCheckpoint} can resume it bit for bit: all weights or variables with the state of the
 * compression, the histories of compressors, and the optimizer with its number of steps. `tf.loadLayersModel` can load the checkpoint of a
 * model, too.
 *
 * @param handler saves the checkpoint, e.g. `modelFolder('run/last')`.
 * @param progress JSON that the program gets back when it resumes, e.g. the epoch.
 * @throws GCompressError `not-ready` for a model that is not compiled, `unsupported` for an optimizer that cannot be saved (in
 * `tf.train` only Adamax), a handler that cannot save, or two weights with the same name, `invalid-option` for progress that is not
 * JSON; what the handler throws.
 */
export async function saveCheckpoint(
  training: Training,
  handler: io.IOHandler,
  progress: JsonObject = {},
): Promise<void> {
  const { variables, optimizer, optimizerKind, operators, topology } = storedTraining(training, 'saveCheckpoint');
  const save = methodOf('saveCheckpoint', handler, 'save');
  assertJsonObject('saveCheckpoint progress', progress, 'invalid-option');
  const slots = await optimizerWeights(optimizer);
  const histories = historyTensors(operators);
  try {
    const weights = await io.encodeWeights(variables.map(({ name, variable }) => ({ name, tensor: variable })));
    // Among the weights of a model, tf.loadLayersModel would refuse the histories
    const state = await io.encodeWeights([...slots, ...histories.tensors], 'optimizer');
    await save({
      ...topology,
      userDefinedMetadata: withHeader(topology.userDefinedMetadata, {
        optimizer: optimizerKind,
        variables: variables.map(({ name, description }) => ({ name, description })),
        progress,
        ...(histories.names.length > 0 && { histories: histories.names }),
      }),
      weightSpecs: [...weights.specs, ...state.specs],
      weightData: io.CompositeArrayBuffer.join([weights.data, state.data]),
    });
  } finally {
    dispose([...looseTensors(slots), ...histories.tensors.map(({ tensor }) => tensor)]);
  }
}

/** The state of an optimizer as tensors with names. */
export type OptimizerWeights = Awaited<ReturnType<Optimizer['getWeights']>>;

/**
 * The variables of an optimizer, and its number of steps as a new tensor. The caller disposes the {@link looseTensors}.
 *
 * @throws GCompressError `unsupported`.
 */
export async function optimizerWeights(optimizer: Optimizer): Promise<OptimizerWeights> {
  try {
    return await optimizer.getWeights();
  } catch (cause) {
    throw new GCompressError('unsupported', {
      where: 'checkpoint',
      expected: 'an optimizer whose state can be saved',
      actual: optimizer.getClassName(),
      hint: 'TensorFlow.js cannot save its state. Use another optimizer, such as Adam.',
      cause,
    });
  }
}

/** The tensors that are not variables of the optimizer. */
export function looseTensors(weights: OptimizerWeights): Tensor[] {
  return weights.map(({ tensor }) => tensor).filter((tensor) => !(tensor instanceof Variable));
}
