// Trains a dense network, then continues training with compression to a file size, with the dense network as the teacher.
import { writeFileSync } from 'node:fs';
import { mnist } from '@gcompress/example-datasets';
import { compile, epochOrder, LEARNING_RATE, network, tensors } from '@gcompress/example-mnist/network';
import { pack } from '@gcompress/packed';
import { linearAlpha } from '@gcompress/scheduler';
import { cosineDecay, learningRateCallback } from '@gcompress/tfjs/callbacks';
import { compressModel, type PackFunction, packableModel, teacherTargets } from '@gcompress/tfjs/layers';
import { uniform } from '@gcompress/uniform';
import * as tf from '@tensorflow/tfjs';
import { errorOf } from './errors.ts';
import type { Options } from './options.ts';

const BATCH = 128;
/** Size of the validation set: images of the training set that no network trains on. */
const VALIDATION = [55_000, 60_000] as const;
/** Fraction of the epochs after which alpha is 0: then levels are fixed, and steps and biases continue to train. */
const FALL = 0.8;
/** Approximate number of compressions until then; each takes as long as several steps. */
const COMPRESSIONS = 97;

/** The result of a training. */
export interface Result {
  readonly denseValidationError: number;
  readonly denseTestError: number;
  readonly validationError: number;
  /** Bytes of the whole file, and of the compressed matrices in it. */
  readonly bytes: number;
  readonly matrixBytes: number;
  /** Float32 bytes of all weights over bytes of the whole file. */
  readonly ratio: number;
  readonly seconds: number;
}

/** Biases as uint8, so that their size does not depend on their values. */
const packed: PackFunction = (artifacts, options) => pack(artifacts, { ...options, rest: 'uint8' });

/** Trains, and writes the file. */
export async function record(options: Options, log: (line: string) => void): Promise<Result> {
  const { bytes: targetBytes, denseEpochs, epochs, images, seed, output } = options;
  const began = performance.now();
  const train = mnist('train');
  const test = mnist('test');
  const { xs, ys } = tensors(
    train,
    Int32Array.from({ length: images }, (_, image) => image),
  );
  const steps = Math.ceil(images / BATCH);
  const fit = async (model: tf.LayersModel, targets: tf.Tensor, count: number, callbacks: tf.Callback[]) => {
    const rate = learningRateCallback(cosineDecay({ initial: LEARNING_RATE, steps: count * steps }));
    for (let epoch = 0; epoch < count; epoch++) {
      const order = tf.tensor1d(epochOrder(images, seed, epoch), 'int32');
      const shuffled = [tf.gather(xs, order), tf.gather(targets, order)] as const;
      const parts = { batchSize: BATCH, shuffle: false, verbose: 0 } as const;
      await model.fit(...shuffled, {
        ...parts,
        epochs: epoch + 1,
        initialEpoch: epoch,
        callbacks: [...callbacks, rate],
      });
      tf.dispose([order, ...shuffled]);
      log(`epoch ${epoch + 1} of ${count}: validation error ${errorOf(model, train, ...VALIDATION).toFixed(2)} %`);
    }
  };

  const dense = network(seed);
  compile(dense);
  await fit(dense, ys, denseEpochs, []);

  const end = Math.floor(epochs * steps * FALL);
  const frequency = Math.max(4, Math.ceil(end / COMPRESSIONS));
  const { model, callback, report } = compressModel(dense, {
    method: uniform({ lambda: 3e-3 }),
    schedule: linearAlpha({ begin: 0, end, frequency, refactorEvery: 1 }),
    minWeights: 1000,
    targetBytes,
    pack: packed,
  });
  compile(model);
  await fit(model, teacherTargets(dense, xs, ys), epochs, [callback]);
  log(String(report()));

  const { artifacts, matrices } = await packableModel(model);
  const { bytes } = await packed(artifacts, { matrices });
  writeFileSync(output, bytes);
  return {
    denseValidationError: errorOf(dense, train, ...VALIDATION),
    denseTestError: errorOf(dense, test),
    validationError: errorOf(model, train, ...VALIDATION),
    bytes: bytes.length,
    matrixBytes: [...matrices.values()].reduce((sum, { byteLength }) => sum + byteLength, 0),
    ratio: (4 * dense.countParams()) / bytes.length,
    seconds: (performance.now() - began) / 1000,
  };
}
