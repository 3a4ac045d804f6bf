import { GCompressError, type JsonObject } from '@gcompress/core';
import { dispose, io, type NamedTensorMap, type Tensor, tidy } from '@tensorflow/tfjs-core';
import { restoreExactly } from '../layers/exact-resume.ts';
import { type CheckpointHeader, readHeader } from './checkpoint-header.ts';
import { looseTensors, type OptimizerWeights, optimizerWeights } from './save-checkpoint.ts';
import { type StoredTraining, storedTraining, type Training } from './training-state.ts';

/**
 * Puts a checkpoint into a training that the program has made anew, in the same way: weights or variables, compression, optimizer. No
 * class needs to be registered. On the same backend and with the same batches the training then goes on bit for bit. A checkpoint that
 * does not fit is refused before anything changes.
 *
 * @param handler where from, such as `modelFolder('run/last')`.
 * @returns what {@link saveCheckpoint} was given as `progress`.
 * @throws GCompressError `shape-mismatch` for a checkpoint of another architecture, method of compression or optimizer, `file-header`
 * for what is no checkpoint, `unsupported-version` for one of a newer format, `file-tensor` for a damaged one; `not-ready` or
 * `unsupported` for a training that could not have been saved; what the handler throws.
 */
export async function restoreCheckpoint(training: Training, handler: io.IOHandler): Promise<JsonObject> {
  const stored = storedTraining(training);
  const old = await optimizerWeights(stored.optimizer);
  const made = looseTensors(old);
  try {
    const artifacts = (await handler.load?.()) ?? {};
    const header = readHeader(artifacts);
    assertSameTraining(stored, header);
    const tensors = decode(artifacts);
    made.push(...Object.values(tensors));
    const values = header.variables.map(({ name }) => tensors[name]);
    assertTensors(stored, values);
    const slots = optimizerSlots(stored, artifacts, tensors);
    await stored.optimizer.setWeights(slots);
    // The optimizer has variables of its own now
    made.push(...old.map(({ tensor }) => tensor));
    tidy(() => {
      for (const [i, { variable }] of stored.variables.entries()) variable.assign(values[i]);
    });
    restoreExactly(stored.optimizer);
    return header.progress;
  } finally {
    dispose(made);
  }
}

/** @throws GCompressError `shape-mismatch`, naming the first thing that differs. */
function assertSameTraining({ variables, optimizerKind }: StoredTraining, header: CheckpointHeader): void {
  const length = Math.max(variables.length, header.variables.length);
  const ours = [...Array.from({ length }, (_, i) => variables[i]?.description ?? 'no more'), optimizerKind];
  const theirs = [...Array.from({ length }, (_, i) => header.variables[i]?.description ?? 'no more'), header.optimizer];
  const i = ours.findIndex((entry, at) => entry !== theirs[at]);
  if (i < 0) return;
  const what = i === length ? 'optimizer' : `weight ${i + 1} ('${variables[i]?.name ?? header.variables[i].name}')`;
  throw new GCompressError('shape-mismatch', {
    where: `checkpoint, ${what}`,
    expected: ours[i],
    actual: theirs[i],
    hint: 'It is of another architecture, compression or optimizer; nothing was changed.',
  });
}

/** All tensors of a checkpoint by name. */
function decode({ weightSpecs = [], weightData = new ArrayBuffer(0) }: io.ModelArtifacts): NamedTensorMap {
  try {
    return tidy(() => io.decodeWeights(weightData, weightSpecs));
  } catch (cause) {
    throw damaged('weights as they were written', cause instanceof Error ? cause.message : String(cause), cause);
  }
}

/** The tensors of a file may be others than its header says. */
function assertTensors({ variables }: StoredTraining, values: readonly (Tensor | undefined)[]): void {
  for (const [i, { name, variable }] of variables.entries()) {
    const form = (tensor: Tensor | undefined) => (tensor ? `${tensor.dtype} [${tensor.shape.join(', ')}]` : 'none');
    if (form(values[i]) !== form(variable)) throw damaged(`${form(variable)} for '${name}'`, form(values[i]));
  }
}

/** What the optimizer had, in its own order: the count of steps, and variables in the shapes of those that it trains. */
function optimizerSlots(
  { variables }: StoredTraining,
  { weightSpecs = [] }: io.ModelArtifacts,
  tensors: NamedTensorMap,
): OptimizerWeights {
  const slots = weightSpecs
    .filter(({ group }) => group === 'optimizer')
    .map(({ name }) => ({ name, tensor: tensors[name] }));
  const shapes = new Set(variables.map(({ variable }) => String(variable.shape)));
  const [count, ...rest] = slots;
  const fits = count?.tensor.size === 1 && rest.every(({ tensor }) => shapes.has(String(tensor.shape)));
  if (fits) return slots;
  throw damaged('the state of an optimizer of these weights', 'another');
}

function damaged(expected: string, actual: string, cause?: unknown): GCompressError {
  return new GCompressError('file-tensor', {
    where: 'checkpoint',
    expected,
    actual,
    hint: 'The file is damaged; nothing was changed.',
    cause,
  });
}
