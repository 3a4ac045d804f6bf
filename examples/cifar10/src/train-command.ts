// The command `train`: from the newest checkpoint to the stripped network.
import { mkdir } from 'node:fs/promises';
import { join } from 'node:path';
import { setImmediate } from 'node:timers/promises';
import { GCompressError } from '@gcompress/core';
import { pictures } from '@gcompress/example-datasets';
import { startBackend } from '@gcompress/example-program';
import { tensorBoardFile } from '@gcompress/tfjs/files';
import * as tf from '@tensorflow/tfjs';
import { assignTensors, checkpointSteps, readCheckpoint, saveCheckpoint, stateOf } from './checkpoint.ts';
import { compressionFor, compressionText } from './methods.ts';
import { createNetwork, largestAlpha } from './network.ts';
import type { TrainOptions } from './options.ts';
import { sizesTable } from './sizes-table.ts';
import { denseMatrices, strip, writeStripped } from './stripped.ts';
import { Training } from './training.ts';
import { TrainingSummaries } from './training-summaries.ts';

/** What a command needs besides its options. */
export interface Surroundings {
  /** Ends the command, after the step that it is at. */
  readonly signal: AbortSignal;
  readonly log: (line: string) => void;
}

/**
 * Trains up to the last step, from the newest checkpoint on if there is one, and then writes the stripped network. Summaries for
 * TensorBoard are in the folder of the checkpoints.
 *
 * @throws GCompressError for data, hyperparameters, checkpoints or folders that are not usable, before anything is trained or
 * written; `non-finite` when the training diverges. The signal's reason when it is aborted, after a checkpoint.
 */
export async function train(options: TrainOptions, { signal, log }: Surroundings): Promise<void> {
  const { dataDir, trainDir, batchSize, seed, compressionHparams } = options;
  const data = pictures(dataDir, 'train');
  if (data.count < batchSize) {
    throw new GCompressError('invalid-option', {
      where: '--batch_size',
      expected: `at most the ${data.count} pictures of ${dataDir}`,
      actual: `${batchSize}`,
    });
  }
  const compression = compressionFor(compressionHparams);
  await prepareFolder(trainDir);
  const { name, reason } = await startBackend(options.backend);
  log(`Backend: ${name}. ${reason}`);
  for (const warning of compression?.options.schedule.warnings ?? []) log(`warning: ${warning}`);

  const training = new Training(createNetwork(seed, compression), data, { batchSize, seed });
  const text = compressionText(compressionHparams);
  await resume(training, trainDir, text, log);
  const events = await tensorBoardFile(trainDir);
  try {
    const summaries = new TrainingSummaries(training, events, compressionHparams?.name);
    await runSteps(training, summaries, text, options, { signal, log });
  } finally {
    await events.close();
  }
  await finish(training, trainDir, log);
  training.dispose();
  training.network.dispose();
}

/** Trains up to the last step, with a checkpoint whenever one is due and at the end. */
async function runSteps(
  training: Training,
  summaries: TrainingSummaries,
  text: string,
  { trainDir, maxSteps, batchSize, logFrequency, checkpointFrequency }: TrainOptions,
  { signal, log }: Surroundings,
): Promise<void> {
  let saved = training.step;
  const save = async () => {
    if (training.step !== saved) await saveCheckpoint(trainDir, training, text);
    saved = training.step;
  };
  const clock = new Clock(batchSize);
  while (training.step < maxSteps) {
    const { step, loss, alpha } = await training.runStep((view) => summaries.take(view));
    if (!Number.isFinite(loss)) throw diverged(step, loss);
    if (training.step % logFrequency === 0) {
      log(`step ${training.step}, loss = ${loss.toFixed(3)}, alpha = ${alpha.toFixed(3)} ${clock.rate(training.step)}`);
    }
    // Lets a signal of the keyboard arrive: a step by itself waits for nothing but what is ready
    await setImmediate();
    if (training.step % checkpointFrequency === 0 || signal.aborted) await save();
    signal.throwIfAborted();
  }
  await save();
}

/** Takes over the newest checkpoint of the folder, if there is one. */
async function resume(
  training: Training,
  folder: string,
  compression: string,
  log: Surroundings['log'],
): Promise<void> {
  const [newest] = await checkpointSteps(folder);
  if (newest === undefined) return;
  const checkpoint = await readCheckpoint(folder, newest);
  const given = { ...training.settings, compression, pictures: training.pictures.count };
  for (const [key, value] of Object.entries(given) as [keyof typeof given, string | number][]) {
    const written = checkpoint.info[key];
    if (written === value) continue;
    throw new GCompressError('invalid-option', {
      where: checkpoint.path,
      expected: `${key} ${JSON.stringify(written)}, with which this training began`,
      actual: JSON.stringify(value),
      hint: 'Go on with the same flags and data, or choose another --train_dir.',
    });
  }
  assignTensors(stateOf(training), checkpoint);
  tf.dispose(checkpoint.tensors);
  training.step = checkpoint.info.step;
  log(`Goes on from step ${training.step} (${checkpoint.path}).`);
}

/** Writes the network as it would be deployed, and says how large it is. */
async function finish({ network, averages, step }: Training, folder: string, log: Surroundings['log']): Promise<void> {
  averages.applyToVariables();
  const alpha = largestAlpha(network);
  if (network.operators.size > 0 && alpha > 0) {
    log(
      `alpha is ${alpha.toFixed(3)} at step ${step}, so there is nothing to strip yet. Give more --max_steps to go on.`,
    );
    return;
  }
  const stripped = await strip(network);
  const file = join(folder, 'stripped.safetensors');
  await writeStripped(file, stripped);
  log(sizesTable(await denseMatrices(network), stripped, network.operators.size > 0));
  log(`The network is in ${file}.`);
}

/** Makes the folder, so that a place that cannot be written is known before the training and not after it. */
async function prepareFolder(folder: string): Promise<void> {
  try {
    await mkdir(folder, { recursive: true });
  } catch (cause) {
    throw new GCompressError('file-write', {
      where: `--train_dir ${folder}`,
      expected: 'a folder that can be made',
      actual: (cause as Error).message,
      cause,
    });
  }
}

function diverged(step: number, loss: number): GCompressError {
  return new GCompressError('non-finite', {
    where: `step ${step}`,
    expected: 'a finite loss',
    actual: `${loss}`,
    hint: 'The training diverged; the last checkpoint is from before.',
  });
}

/** Measures how fast a training is between two lines of output. */
class Clock {
  #since = performance.now();
  #step: number | undefined;

  constructor(private readonly batchSize: number) {}

  rate(step: number): string {
    const now = performance.now();
    const secondsAStep = (now - this.#since) / 1000 / Math.max(1, step - (this.#step ?? step - 1));
    this.#since = now;
    this.#step = step;
    return `(${(this.batchSize / secondsAStep).toFixed(1)} examples/sec; ${secondsAStep.toFixed(3)} sec/batch)`;
  }
}
