// Saves a training as a checkpoint.
import { GCompressError, type JsonObject } from '@gcompress/core';
import { dispose, io, type Optimizer, type Tensor, Variable } from '@tensorflow/tfjs-core';
import { withHeader } from './checkpoint-header.ts';
import { methodOf } from './io-handler-checks.ts';
import { assertJsonObject } from './json-checks.ts';
import { historyTensors } from './training-histories.ts';
import { storedTraining, type Training } from './training-state.ts';

/**
 * Saves a training so that {@link restoreCheckpoint} can go on bit for bit: all weights or variables, the state of the compression
 * among them, what compressors have seen of the training, and the optimizer with its count of steps. The checkpoint of a model is also one for `tf.loadLayersModel`.
 *
 * @param handler where to, such as `modelFolder('run/last')`.
 * @param progress what the program wants back when it goes on, such as the epoch.
 * @throws GCompressError `not-ready` for a model that is not compiled, `unsupported` for an optimizer that cannot be saved (of those of
 * `tf.train`, Adamax), a handler that cannot save, or two weights of one name, `invalid-option` for a progress that is no JSON; what the
 * handler throws.
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
 * The variables of an optimizer, and its count of steps as a new tensor; the caller disposes the {@link looseTensors}.
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
      hint: 'tfjs cannot save it. Use another one, such as Adam.',
      cause,
    });
  }
}

/** The tensors among them that are not variables of the optimizer. */
export function looseTensors(weights: OptimizerWeights): Tensor[] {
  return weights.map(({ tensor }) => tensor).filter((tensor) => !(tensor instanceof Variable));
}
