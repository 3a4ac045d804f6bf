// Restores a checkpoint into a training that the program made again.
import { GCompressError, type JsonObject } from '@gcompress/core';
import { dispose, type io, type Tensor, tidy } from '@tensorflow/tfjs-core';
import { resumeAdam } from '../layers/model/resume-adam.ts';
import { type CheckpointHeader, readHeader } from './checkpoint-header.ts';
import { damaged, decodeTensors, readSpecs, type TensorSpec } from './checkpoint-tensors.ts';
import { methodOf } from './io-handler-checks.ts';
import { assertOperatorState } from './operator-checks.ts';
import { assertSlots } from './optimizer-slots.ts';
import { looseTensors, optimizerWeights } from './save-checkpoint.ts';
import { assertHistories, historyTensorNames, restoreHistories } from './training-histories.ts';
import { type StoredTraining, storedTraining, type Training } from './training-state.ts';

/**
 * Restores a checkpoint into a training that the program made again in the same way: weights or variables, compression, optimizer. No
 * class needs to be registered. On the same backend and with the same batches the training then continues bit for bit. A checkpoint
 * that does not fit is refused before anything changes.
 *
 * @param handler loads the checkpoint, e.g. `modelFolder('run/last')`.
 * @returns the `progress` that {@link saveCheckpoint} was given.
 * @throws GCompressError `shape-mismatch` for a checkpoint with a different architecture, compression method or optimizer, `file-header`
 * for anything but a checkpoint, `unsupported-version` for a checkpoint of a newer format, `file-tensor` for a damaged checkpoint or a
 * different schedule; `not-ready` or `unsupported` for a training that cannot be saved, or a handler that cannot load; what the handler
 * throws.
 */
export function restoreCheckpoint(training: Training, handler: io.IOHandler): Promise<JsonObject> {
  return restoreChecked(training, handler, (progress) => progress);
}

/**
 * {@link restoreCheckpoint} that reads the progress before anything changes.
 *
 * @param read reads the progress. If it throws, the checkpoint is refused.
 */
export async function restoreChecked<T>(
  training: Training,
  handler: io.IOHandler,
  read: (progress: JsonObject) => T,
): Promise<T> {
  const stored = storedTraining(training, 'restoreCheckpoint');
  const load = methodOf('restoreCheckpoint', handler, 'load');
  const old = await optimizerWeights(stored.optimizer);
  const made = looseTensors(old);
  try {
    const artifacts = await load();
    const header = readHeader(artifacts);
    assertSameTraining(stored, header);
    const progress = read(header.progress);
    const specs = readSpecs(artifacts);
    const names = header.variables.map(({ name }) => name);
    const { histories = [] } = header;
    const ofHistories = new Set(historyTensorNames(histories));
    const slots = specs.filter(({ name, slot }) => slot && !ofHistories.has(name));
    assertSpecs(stored, names, specs);
    assertSlots(stored, slots);
    assertHistories(stored.operators, histories, specs);
    const tensors = decodeTensors(artifacts);
    made.push(...tensors.values());
    const tensorOf = (name: string): Tensor => {
      const tensor = tensors.get(name);
      if (tensor) return tensor;
      throw damaged(`a tensor '${name}'`, 'no tensor of this name');
    };
    const values = names.map(tensorOf);
    const weights = slots.map(({ name }) => ({ name, tensor: tensorOf(name) }));
    await assertValues(stored, values, weights[0].tensor);
    await restoreHistories(stored.operators, histories, tensorOf);
    await stored.optimizer.setWeights(weights);
    // setWeights has replaced these variables
    made.push(...old.map(({ tensor }) => tensor));
    tidy(() => {
      for (const [i, { variable }] of stored.variables.entries()) variable.assign(values[i]);
    });
    resumeAdam(stored.optimizer);
    return progress;
  } finally {
    dispose(made);
  }
}

/**
 * The progress in a checkpoint of any training.
 *
 * @throws GCompressError `file-header`, `file-tensor`, `unsupported-version`, what the handler throws.
 */
export async function readCheckpointProgress(handler: io.IOHandler): Promise<JsonObject> {
  const artifacts = await methodOf('restoreCheckpoint', handler, 'load')();
  const { progress } = readHeader(artifacts);
  readSpecs(artifacts);
  return progress;
}

/** @throws GCompressError `shape-mismatch`, naming the first thing that differs. */
function assertSameTraining({ variables, optimizerKind }: StoredTraining, header: CheckpointHeader): void {
  const length = Math.max(variables.length, header.variables.length);
  const ours = [...Array.from({ length }, (_, i) => variables[i]?.description ?? 'no more'), optimizerKind];
  const theirs = [...Array.from({ length }, (_, i) => header.variables[i]?.description ?? 'no more'), header.optimizer];
  const i = ours.findIndex((entry, at) => entry !== theirs[at]);
  if (i < 0) return;
  const what =
    i === length ? 'optimizer' : `weight ${i + 1} ('${variables[i]?.name ?? header.variables[i].name.slice(0, 60)}')`;
  throw new GCompressError('shape-mismatch', {
    where: `checkpoint, ${what}`,
    expected: ours[i],
    actual: theirs[i].slice(0, 200),
    hint: 'The checkpoint was saved with a different architecture, compression method or optimizer. The model is unchanged.',
  });
}

/** Checks the tensors of the file against the training, because they may differ from the header. */
function assertSpecs({ variables }: StoredTraining, names: readonly string[], specs: readonly TensorSpec[]): void {
  const form = (spec: { dtype: string; shape: readonly number[] } | undefined) =>
    spec ? `${spec.dtype} [${spec.shape.slice(0, 8).join(', ')}]` : 'no tensor';
  const own = new Map(specs.filter(({ slot }) => !slot).map((spec) => [spec.name, spec]));
  for (const [i, { name, variable }] of variables.entries()) {
    const spec = own.get(names[i]);
    if (form(spec) !== form(variable)) throw damaged(`${form(variable)} for '${name}'`, form(spec));
  }
  if (own.size === names.length && new Set(names).size === names.length) return;
  throw damaged(
    `${names.length} tensors, one for each variable`,
    `${own.size} tensors for ${new Set(names).size} names`,
  );
}

/** @throws GCompressError `file-tensor` for numbers that no training can reach. */
async function assertValues(stored: StoredTraining, values: readonly Tensor[], count: Tensor): Promise<void> {
  const [steps] = await count.data();
  if (!(steps >= 0)) throw damaged('at least 0 steps of the optimizer', `${steps}`);
  const places = new Map(stored.variables.map(({ variable }, i) => [variable, i]));
  for (const op of stored.operators) {
    await assertOperatorState(op, (variable) => values[places.get(variable) ?? -1]);
  }
}
