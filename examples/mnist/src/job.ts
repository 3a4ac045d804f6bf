// The whole job: train, compress, save and evaluate.
import { join } from 'node:path';
import { mnist } from '@gcompress/example-datasets';
import { startBackend } from '@gcompress/example-program';
import type { SelectedBackend } from '@gcompress/tfjs/backends';
import { cosineDecay, learningRateCallback } from '@gcompress/tfjs/callbacks';
import { modelFolder } from '@gcompress/tfjs/files';
import type { CompressionReport } from '@gcompress/tfjs/layers';
import type { Evaluation } from './evaluate.ts';
import { evaluateInFreshProcess, folderBytes, prepareFolder } from './files.ts';
import { compile, LEARNING_RATE, network } from './network.ts';
import type { Options } from './options.ts';
import { asUint8 } from './rival.ts';
import { stepsPerEpoch } from './train.ts';
import { type Surroundings, trainCompressed, trainDense } from './training-parts.ts';

/** One row of the result: a saved model, and what it does. */
export interface Result extends Evaluation {
  readonly name: string;
  /** Bytes of all its files. */
  readonly diskBytes: number;
  readonly gzippedBytes: number;
}

/** What the job did. */
export interface JobResult {
  readonly backend: SelectedBackend;
  /** One for each run. */
  readonly reports: readonly CompressionReport[];
  /** Dense, dense as uint8, and one for each run. */
  readonly results: readonly Result[];
}

/** What differs between compressed networks that start from the same dense one. */
export type CompressedRun = Pick<Options, 'method' | 'ratio' | 'rank' | 'schedule'>;

/**
 * Trains for half of the epochs; trains on from there, once dense and once compressed for each run, at a learning rate that falls to 0; saves the dense network, the same as
 * uint8, and the stripped compressed ones; evaluates what was saved in a fresh process.
 */
export async function runJob(
  options: Options,
  surroundings: Omit<Surroundings, 'digits'>,
  runs: readonly CompressedRun[] = [options],
): Promise<JobResult> {
  await prepareFolder(options.output);
  const backend = await startBackend(options.backend);
  const around = { ...surroundings, digits: mnist('train', options.images) };
  const half = Math.floor(options.epochs / 2);
  const folder = (name: string) => join(options.output, name);

  const dense = network(options.seed);
  compile(dense);
  await trainDense(dense, 'training', [0, half], options, around);
  const compressed = [];
  for (const run of runs)
    compressed.push(await trainCompressed(dense, { ...options, ...run }, [half, options.epochs], around));
  // As for the compressed ones: a new optimizer, and a learning rate that falls to 0
  compile(dense);
  const steps = (options.epochs - half) * stepsPerEpoch(around.digits);
  const falling = learningRateCallback(cosineDecay({ initial: LEARNING_RATE, steps }));
  await trainDense(dense, 'training on, dense', [half, options.epochs], options, around, [falling]);

  const folders = ['dense', 'dense-uint8', ...runs.map((_, i) => (i === 0 ? 'compressed' : `compressed-${i + 1}`))].map(
    folder,
  );
  await dense.save(modelFolder(folders[0]));
  await dense.save(asUint8(modelFolder(folders[1])));
  for (const [i, { model }] of compressed.entries()) await model.save(modelFolder(folders[i + 2]));

  around.progress.start('evaluating saved models', 1);
  const evaluations = await evaluateInFreshProcess(folders, backend.name, options.timedRuns);
  around.progress.stop();
  const bytes = await Promise.all(folders.map(folderBytes));
  const titles = ['dense float32', 'dense as uint8', ...runs.map(({ method }) => `compressed, ${method}`)];
  const results = titles.map((name, i) => {
    return { name, diskBytes: bytes[i].raw, gzippedBytes: bytes[i].gzipped, ...evaluations[i] };
  });
  return { backend, reports: compressed.map(({ report }) => report), results };
}
