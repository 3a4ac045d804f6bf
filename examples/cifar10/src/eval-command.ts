// The command `eval`: the precision of checkpoints as they appear.
import { appendFile, mkdir } from 'node:fs/promises';
import { join } from 'node:path';
import { setTimeout as wait } from 'node:timers/promises';
import { GCompressError, isGCompressError } from '@gcompress/core';
import { type Pictures, pictures } from '@gcompress/example-datasets';
import { startBackend } from '@gcompress/example-program';
import { parseHParams } from '@gcompress/graph-compression';
import { type TensorBoardFile, tensorBoardFile } from '@gcompress/tfjs/files';
import * as tf from '@tensorflow/tfjs';
import { assignTensors, averageName, type Checkpoint, checkpointSteps, readCheckpoint } from './checkpoint.ts';
import { compressionFor, compressionText } from './methods.ts';
import { createNetwork, largestAlpha } from './network.ts';
import type { EvalOptions } from './options.ts';
import { precisionAt1 } from './precision.ts';
import type { Surroundings } from './train-command.ts';

/** One line of the results. */
export interface Evaluation {
  readonly step: number;
  /** Part of the pictures that the network gets right. */
  readonly precision: number;
  readonly alpha: number;
  readonly examples: number;
}

/**
 * Evaluates the newest checkpoint of a training, and then each that follows until it is aborted, or only once. A line of JSON for each
 * is added to `results.jsonl` in the folder of the results, and the precision to an event file for TensorBoard.
 *
 * @throws GCompressError for data, checkpoints or folders that are not usable; `file-read` when there is no checkpoint to evaluate
 * once. The signal's reason when it is aborted.
 */
export async function evaluate(options: EvalOptions, surroundings: Surroundings): Promise<void> {
  const data = pictures(options.dataDir, options.evalData === 'test' ? 'test' : 'train');
  await mkdir(options.evalDir, { recursive: true });
  const events = await tensorBoardFile(options.evalDir);
  try {
    await evaluateNewest(options, data, events, surroundings);
  } finally {
    await events.close();
  }
}

async function evaluateNewest(
  options: EvalOptions,
  data: Pictures,
  events: TensorBoardFile,
  { signal, log }: Surroundings,
): Promise<void> {
  const { checkpointDir, evalDir, numExamples, runOnce, compressionHparams } = options;
  const examples = Math.min(numExamples, data.count);
  const { name, reason } = await startBackend(options.backend);
  log(`Backend: ${name}. ${reason}`);
  let last: number | undefined;
  while (true) {
    const checkpoint = await newestCheckpoint(checkpointDir);
    if (checkpoint === undefined && runOnce) throw noCheckpoint(checkpointDir);
    if (checkpoint === undefined) {
      log(`No checkpoint in ${checkpointDir} yet.`);
    } else if (checkpoint.info.step !== last) {
      assertCompression(checkpoint, compressionHparams);
      const evaluation = await evaluateCheckpoint(checkpoint, data, examples, signal);
      last = evaluation.step;
      await appendFile(join(evalDir, 'results.jsonl'), `${JSON.stringify(evaluation)}\n`);
      await events.write([{ tag: 'Precision @ 1', step: last, value: evaluation.precision }]);
      log(
        `step ${last}: precision @ 1 = ${evaluation.precision.toFixed(4)} of ${examples}, alpha = ${evaluation.alpha.toFixed(3)}`,
      );
    }
    tf.dispose(checkpoint?.tensors);
    if (runOnce) return;
    await wait(options.evalIntervalSecs * 1000, undefined, { signal });
  }
}

/** The newest checkpoint, or none; one that the training deletes while it is read gives way to a newer one. */
async function newestCheckpoint(folder: string): Promise<Checkpoint | undefined> {
  const [newest] = await checkpointSteps(folder);
  if (newest === undefined) return undefined;
  try {
    return await readCheckpoint(folder, newest);
  } catch (error) {
    if (!isGCompressError(error, 'file-read') || (await checkpointSteps(folder))[0] === newest) throw error;
    return newestCheckpoint(folder);
  }
}

/**
 * Evaluates the moving averages. Alpha and counters do not train and have none: they are as the training left them, so that a
 * network in the middle of its compression is evaluated with the very blend that it trains with.
 */
async function evaluateCheckpoint(
  checkpoint: Checkpoint,
  data: Pictures,
  count: number,
  signal: AbortSignal,
): Promise<Evaluation> {
  const { step, compression } = checkpoint.info;
  const network = createNetwork(0, compression ? compressionFor(parseHParams(compression)) : undefined);
  try {
    const averaged = [...network.variables].map(([name, variable]) => {
      return [variable.trainable ? averageName(name) : name, variable] as const;
    });
    assignTensors(new Map(averaged), checkpoint);
    const precision = await precisionAt1((inputs) => network.logits(inputs, false), data, { count, signal });
    return { step, precision, alpha: largestAlpha(network), examples: count };
  } finally {
    network.dispose();
  }
}

/** Refuses a checkpoint that was trained with other hyperparameters than those of the command line, where it has some. */
function assertCompression({ path, info }: Checkpoint, hparams: EvalOptions['compressionHparams']): void {
  if (hparams === undefined || compressionText(hparams) === info.compression) return;
  throw new GCompressError('invalid-option', {
    where: '--compression_hparams',
    expected: `'${info.compression}', with which ${path} was trained`,
    actual: `'${compressionText(hparams)}'`,
    hint: 'Leave the flag out: the checkpoint says what it was trained with.',
  });
}

function noCheckpoint(folder: string): GCompressError {
  return new GCompressError('file-read', {
    where: `--checkpoint_dir ${folder}`,
    expected: 'a checkpoint',
    actual: 'none',
    hint: 'Run train first, with this folder as --train_dir.',
  });
}
