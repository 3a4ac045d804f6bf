import { join } from 'node:path';
import { type Digits, mnist } from '@gcompress/example-datasets';
import { type SelectedBackend, selectBackend } from '@gcompress/tfjs/backends';
import { modelFolder } from '@gcompress/tfjs/files';
import { type CompressionReport, compressModel, stripCompression } from '@gcompress/tfjs/layers';
import type * as tf from '@tensorflow/tfjs';
import { compressorFor, scheduleFor } from './compression.ts';
import type { Evaluation } from './evaluate.ts';
import { evaluateInFreshProcess, folderBytes, prepareFolder } from './files.ts';
import { compile, network } from './network.ts';
import type { Options } from './options.ts';
import type { Progress } from './progress.ts';
import { asUint8 } from './rival.ts';
import { stepsPerEpoch, train } from './train.ts';

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
  readonly report: CompressionReport;
  readonly results: readonly Result[];
}

/**
 * Trains for half of the epochs; trains on twice from there, dense and compressed; saves the dense network, the same as uint8, and
 * the stripped compressed one; evaluates what was saved in fresh processes.
 */
export async function runJob(options: Options, progress: Progress, signal: AbortSignal): Promise<JobResult> {
  await prepareFolder(options.output);
  const backend = await selectBackend(options.backend ? { only: options.backend } : {});
  const digits = mnist('train', options.images);
  const half = Math.floor(options.epochs / 2);
  const steps = (options.epochs - half) * stepsPerEpoch(digits);

  const dense = network(options.seed);
  compile(dense);
  await trainPart(dense, digits, [0, half], 'training', { options, progress, signal });

  const { model, callback, report } = compressModel(dense, {
    method: compressorFor(options),
    schedule: scheduleFor(options, steps),
    rules: [{ name: 'fc1' }, { name: 'fc2' }],
  });
  compile(model);
  const second = [half, options.epochs] as const;
  await trainPart(model, digits, second, `compressing (${options.method})`, { options, progress, signal }, [callback]);
  await trainPart(dense, digits, second, 'training on, dense', { options, progress, signal });

  const names = ['dense', 'dense-uint8', 'compressed'];
  const [denseFolder, uint8Folder, compressedFolder] = names.map((name) => join(options.output, name));
  await dense.save(modelFolder(denseFolder));
  await dense.save(asUint8(modelFolder(uint8Folder)));
  await stripCompression(model).save(modelFolder(compressedFolder));

  progress.start('evaluating saved models', 1);
  const folders = [denseFolder, uint8Folder, compressedFolder];
  const evaluations = await evaluateInFreshProcess(folders, backend.name);
  progress.stop();
  const bytes = await Promise.all(folders.map(folderBytes));
  const titles = ['dense float32', 'dense as uint8', `compressed, ${options.method}`];
  const results = titles.map((name, i) => {
    return { name, diskBytes: bytes[i].raw, gzippedBytes: bytes[i].gzipped, ...evaluations[i] };
  });
  return { backend, report: report(), results };
}

interface Surroundings {
  readonly options: Options;
  readonly progress: Progress;
  readonly signal: AbortSignal;
}

async function trainPart(
  model: tf.LayersModel,
  digits: Digits,
  epochs: readonly [number, number],
  label: string,
  { options, progress, signal }: Surroundings,
  callbacks: readonly tf.Callback[] = [],
): Promise<void> {
  progress.start(label, (epochs[1] - epochs[0]) * stepsPerEpoch(digits));
  try {
    const onBatch = (done: number, loss: number) => progress.update(done, loss);
    await train(model, { digits, seed: options.seed, epochs, callbacks, signal, onBatch });
  } finally {
    progress.stop();
  }
}
