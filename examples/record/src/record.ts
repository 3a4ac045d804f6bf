// Trains a dense network, then continues training with compression to file sizes, with the dense network as the teacher.
import { writeFileSync } from 'node:fs';
import { type Digits, mnist } from '@gcompress/example-datasets';
import { pack } from '@gcompress/packed';
import { linearAlpha } from '@gcompress/scheduler';
import { compressModel, type PackFunction, packableModel, teacherTargets } from '@gcompress/tfjs/layers';
import * as tf from '@tensorflow/tfjs';
import { withDropout } from './dropout.ts';
import { errorOf } from './errors.ts';
import { METHOD, NETWORKS } from './networks.ts';
import { fileOf, type Options } from './options.ts';
import { imagesOf, labelsOf, stepsOf, type TrainingSet, train } from './train.ts';

/** The validation set: images of the training set that no network trains on. */
const VALIDATION = [55_000, 60_000] as const;
/** The part of it that each epoch is logged for. */
const LOGGED = [55_000, 56_000] as const;
/** Fraction of the epochs after which alpha is 0: then levels are fixed, and steps and biases continue to train. */
const FALL = 0.95;
/** Approximate number of compressions until then; each takes as long as some fifty steps. */
const COMPRESSIONS = 60;
/** Fewest steps between two compressions. */
const FEWEST_STEPS = 4;
/** Matrices with fewer weights stay as they are. */
const MIN_WEIGHTS = 400;
/** How the teacher's predictions are mixed into the labels. */
const TEACHER = { temperature: 2, mixture: 0.5 };
/** Images of which the teacher predicts the digits at once. */
const TEACHER_BATCH = 5000;

/** The result of a training to one size. */
export interface SizeResult {
  /** Bytes that were asked for. */
  readonly asked: number;
  readonly validationError: number;
  /** Bytes of the whole file, and of the compressed matrices in it. */
  readonly bytes: number;
  readonly matrixBytes: number;
  /** Float32 bytes of all weights over bytes of the whole file. */
  readonly ratio: number;
  readonly seconds: number;
}

/** The result of a run. Errors are in percent. */
export interface Result {
  /** Errors of the dense network after its epochs. */
  readonly denseValidationError: number;
  readonly denseTestError: number;
  /** Errors of the dense network that went on for the epochs of the compression, with the same teacher; undefined if it was left out. */
  readonly longDenseValidationError?: number;
  readonly longDenseTestError?: number;
  readonly denseSeconds: number;
  readonly sizes: readonly SizeResult[];
}

/** Biases as few levels, and a topology without initializers, which a trained network does not need. */
const packed: PackFunction = ({ modelTopology, ...artifacts }, options) => {
  const text = JSON.stringify(modelTopology, (key, value) => (key.endsWith('_initializer') ? undefined : value));
  return pack({ ...artifacts, modelTopology: JSON.parse(text) }, { ...options, rest: 'coded' });
};

/** Trains, and writes a file for each size. */
export async function record(options: Options, log: (line: string) => void): Promise<Result> {
  const { network: name, denseEpochs, epochs, shift, images: count, seed } = options;
  const network = NETWORKS[name];
  const digits = mnist('train');
  const test = mnist('test');
  const began = performance.now();
  const { imageShape } = network;
  const labelled: TrainingSet = { digits, count, targets: labelsOf(digits, count), imageShape, shift };
  const logged = (what: string, model: tf.LayersModel, of: number) => (epoch: number) => {
    log(`${what}, epoch ${epoch + 1} of ${of}: error ${errorOf(model, digits, ...LOGGED).toFixed(1)} % of 1,000`);
  };

  const dense = network.build(seed);
  const course = { epochs: denseEpochs, seed, onEpoch: logged('dense', dense, denseEpochs) };
  await train(withDropout(dense, seed), labelled, course);
  const denseSeconds = (performance.now() - began) / 1000;
  const taught = { ...labelled, targets: taughtTargets(dense, labelled) };
  const denseErrors = {
    denseValidationError: errorOf(dense, digits, ...VALIDATION),
    denseTestError: errorOf(dense, test),
    denseSeconds,
  };

  const sizes: SizeResult[] = [];
  for (const asked of options.bytes) sizes.push(await compressed(asked));
  // Last, because it goes on from the dense network, which the others begin with
  if (!options.longDense) return { ...denseErrors, sizes };
  const long = { epochs, seed: seed + 1, onEpoch: logged('dense, longer', dense, epochs) };
  await train(withDropout(dense, seed + 1), taught, long);
  return {
    ...denseErrors,
    longDenseValidationError: errorOf(dense, digits, ...VALIDATION),
    longDenseTestError: errorOf(dense, test),
    sizes,
  };

  async function compressed(asked: number): Promise<SizeResult> {
    const start = performance.now();
    const { model, callback, report } = compressModel(dense, {
      method: METHOD,
      schedule: scheduleFor(Math.floor(epochs * stepsOf(count) * FALL)),
      minWeights: MIN_WEIGHTS,
      targetBytes: asked,
      allocation: options.allocation === 'shares' ? network.shares : options.allocation,
      pack: packed,
    });
    await train(model, taught, { epochs, seed: seed + 1, callback, onEpoch: logged(`${asked} bytes`, model, epochs) });
    log(String(report()));
    const { artifacts, matrices } = await packableModel(model);
    const { bytes } = await packed(artifacts, { matrices });
    writeFileSync(fileOf(options, asked), bytes);
    const result = {
      asked,
      validationError: errorOf(model, digits, ...VALIDATION),
      bytes: bytes.length,
      matrixBytes: [...matrices.values()].reduce((sum, { byteLength }) => sum + byteLength, 0),
      ratio: (4 * dense.countParams()) / bytes.length,
      seconds: (performance.now() - start) / 1000,
    };
    model.dispose();
    return result;
  }
}

/** Compresses often enough for the levels to follow the weights, and seldom enough to take little of the time. */
function scheduleFor(end: number) {
  return linearAlpha({
    begin: 0,
    end,
    frequency: Math.max(FEWEST_STEPS, Math.ceil(end / COMPRESSIONS)),
    refactorEvery: 1,
  });
}

/** The targets with the predictions of the teacher mixed in. */
function taughtTargets(teacher: tf.LayersModel, { digits, count, targets, imageShape }: TrainingSet): Float32Array {
  const mixed = new Float32Array(targets.length);
  const classes = targets.length / count;
  for (let first = 0; first < count; first += TEACHER_BATCH) {
    const end = Math.min(count, first + TEACHER_BATCH);
    const values = tf.tidy(() => {
      const labels = tf.tensor(targets.slice(first * classes, end * classes), [end - first, classes]);
      return teacherTargets(teacher, imagesOf(digits as Digits, first, end, imageShape), labels, TEACHER).dataSync();
    });
    mixed.set(values, first * classes);
  }
  return mixed;
}
