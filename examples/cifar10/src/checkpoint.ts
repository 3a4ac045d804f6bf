// Checkpoints of a training: written as a whole, the newest read again.
import { readdir } from 'node:fs/promises';
import { join } from 'node:path';
import { GCompressError, isGCompressError } from '@gcompress/core';
import { deleteModel, modelFolder } from '@gcompress/tfjs/files';
import * as tf from '@tensorflow/tfjs';
import type { Training, TrainingSettings } from './training.ts';

/** Of what is written here; a reader refuses newer ones. */
const VERSION = 1;
const FORMAT = 'gcompress-example-cifar10-checkpoint';
const NAME = /^model\.ckpt-(\d+)$/;
/** How many checkpoints stay in a folder. */
const KEPT = 5;

/** What a checkpoint says about the training that wrote it. */
export interface CheckpointInfo extends TrainingSettings {
  /** The number of the next step. */
  readonly step: number;
  /** The hyperparameters of the compression in the reference's text form; empty when nothing is compressed. */
  readonly compression: string;
  /** Pictures of the data set. */
  readonly pictures: number;
}

/** A checkpoint that was read. */
export interface Checkpoint {
  readonly path: string;
  readonly info: CheckpointInfo;
  /** The values by name; dispose them after use. */
  readonly tensors: tf.NamedTensorMap;
}

/**
 * Writes a checkpoint of its own for this step. It appears complete or not at all, under a name that nothing had before, so that
 * neither an interruption nor a reader at the same time can meet half of one. The oldest are then deleted; files of others in their
 * folders stay.
 *
 * @throws GCompressError `file-write`; older checkpoints are as they were.
 */
export async function saveCheckpoint(folder: string, training: Training, compression: string): Promise<void> {
  const { step, settings, pictures } = training;
  const info: CheckpointInfo = { step, ...settings, compression, pictures: pictures.count };
  const { data, specs } = await tf.io.encodeWeights(Object.fromEntries(stateOf(training)));
  await modelFolder(pathOf(folder, step)).save?.({
    format: FORMAT,
    userDefinedMetadata: { version: VERSION, ...info },
    weightSpecs: specs,
    weightData: data,
  });
  const steps = await checkpointSteps(folder);
  await Promise.all(steps.slice(KEPT).map((old) => prune(pathOf(folder, old))));
}

/** Deletes an old checkpoint; a model of another program stays, and is no reason to end a training. */
async function prune(path: string): Promise<void> {
  await deleteModel(path).catch((error: unknown) => {
    if (!isGCompressError(error, 'file-write')) throw error;
  });
}

/** Everything that a training must have to go on, by name: its network's variables and their moving averages. */
export function stateOf({ network, averages }: Training): Map<string, tf.Variable> {
  const averaged = [...averages.averages].map(([name, average]) => [averageName(name), average] as const);
  return new Map([...network.variables, ...averaged]);
}

/** The name of a variable's moving average in a checkpoint, as TensorFlow calls it. */
export function averageName(variable: string): string {
  return `${variable}/ExponentialMovingAverage`;
}

/** The steps of the checkpoints in a folder, the newest first; none when there is no such folder. */
export async function checkpointSteps(folder: string): Promise<number[]> {
  const names = await readdir(folder).catch((error: NodeJS.ErrnoException) => {
    if (error.code === 'ENOENT') return [];
    throw error;
  });
  const steps: number[] = [];
  for (const name of names) {
    const step = NAME.exec(name)?.[1];
    // A save that was interrupted leaves a folder without a description
    if (step !== undefined && (await readdir(join(folder, name)).catch((): string[] => [])).includes('model.json'))
      steps.push(Number(step));
  }
  return steps.sort((a, b) => b - a);
}

/**
 * Reads the checkpoint of a step.
 *
 * @throws GCompressError `file-read`, `file-truncated` or `file-header` for one that is missing or damaged; `unsupported-version` for
 * one that a newer program wrote.
 */
export async function readCheckpoint(folder: string, step: number): Promise<Checkpoint> {
  const path = pathOf(folder, step);
  const { format, userDefinedMetadata, weightSpecs = [], weightData } = (await modelFolder(path).load?.()) ?? {};
  const { version, ...info } = (userDefinedMetadata ?? {}) as Partial<CheckpointInfo> & { version?: number };
  if (format !== FORMAT || typeof version !== 'number' || weightData === undefined) {
    throw new GCompressError('file-header', {
      where: path,
      expected: 'a checkpoint of this program',
      actual: `format ${format}, version ${version}`,
    });
  }
  if (version > VERSION) {
    throw new GCompressError('unsupported-version', {
      where: path,
      expected: `version ${VERSION} at most`,
      actual: `${version}`,
      hint: 'Update this program, or train in another folder.',
    });
  }
  return { path, info: info as CheckpointInfo, tensors: tf.io.decodeWeights(weightData, weightSpecs) };
}

/**
 * Puts values into the variables of the same names; other values are ignored.
 *
 * @throws GCompressError `shape-mismatch`, before anything changes, when a value is missing or has another shape.
 */
export function assignTensors(variables: ReadonlyMap<string, tf.Variable>, { path, tensors }: Checkpoint): void {
  for (const [name, { shape, dtype }] of variables) {
    const given = Object.hasOwn(tensors, name) ? tensors[name] : undefined;
    if (given && given.dtype === dtype && tf.util.arraysEqual(given.shape, shape)) continue;
    throw new GCompressError('shape-mismatch', {
      where: path,
      expected: `${name} with ${dtype} [${shape.join(', ')}]`,
      actual: given ? `${given.dtype} [${given.shape.join(', ')}]` : 'a checkpoint without it',
      hint: 'This checkpoint is from another network: use its hyperparameters, or another folder.',
    });
  }
  for (const [name, variable] of variables) variable.assign(tensors[name]);
}

function pathOf(folder: string, step: number): string {
  return join(folder, `model.ckpt-${step}`);
}
