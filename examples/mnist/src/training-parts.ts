// The parts of the training: the dense network, and the compressed one.
import type { Digits } from '@gcompress/example-datasets';
import { learningRateCallback } from '@gcompress/tfjs/callbacks';
import { type CompressionReport, compressModel, stripCompression } from '@gcompress/tfjs/layers';
import type * as tf from '@tensorflow/tfjs';
import { compressorFor, learningRateFor, scheduleFor } from './compression.ts';
import { compile } from './network.ts';
import type { Options } from './options.ts';
import type { Progress } from './progress.ts';
import { stepsPerEpoch, train } from './train.ts';

/** What every part of the training needs. */
export interface Surroundings {
  readonly digits: Digits;
  readonly progress: Progress;
  readonly signal: AbortSignal;
}

/** First epoch, from 0, and the one after the last. */
export type Epochs = readonly [from: number, to: number];

/** Trains a compiled model for some epochs. */
export async function trainDense(
  model: tf.LayersModel,
  label: string,
  epochs: Epochs,
  { seed }: Options,
  { digits, progress, signal }: Surroundings,
  callbacks: readonly tf.Callback[] = [],
): Promise<void> {
  progress.start(label, (epochs[1] - epochs[0]) * stepsPerEpoch(digits));
  try {
    const onBatch = (done: number, loss: number) => progress.update(done, loss);
    await train(model, { digits, seed, epochs, callbacks, signal, onBatch });
  } finally {
    progress.stop();
  }
}

/** Compresses a copy of the dense network while it trains for some epochs; the stripped model, and what happened. */
export async function trainCompressed(
  dense: tf.LayersModel,
  options: Options,
  epochs: Epochs,
  surroundings: Surroundings,
): Promise<{ readonly model: tf.LayersModel; readonly report: CompressionReport }> {
  const steps = (epochs[1] - epochs[0]) * stepsPerEpoch(surroundings.digits);
  const { model, callback, report } = compressModel(dense, {
    method: compressorFor(options),
    schedule: scheduleFor(options, steps),
    rules: [{ name: 'fc1' }, { name: 'fc2' }],
  });
  compile(model);
  const callbacks = [callback, learningRateCallback(learningRateFor(options, steps))];
  await trainDense(model, `compressing (${options.method})`, epochs, options, surroundings, callbacks);
  return { model: stripCompression(model), report: report() };
}
