// Trains a model on digits, batch by batch, with the same order for the same seed.
import { createRandom, type Random } from '@gcompress/core';
import type { Digits } from '@gcompress/example-datasets';
import { epochOrder } from '@gcompress/example-mnist/network';
import { cosineDecay, setLearningRate } from '@gcompress/tfjs/callbacks';
import type { CompressionCallback } from '@gcompress/tfjs/layers';
import * as tf from '@tensorflow/tfjs';
import { copyShifted } from './shift.ts';

const BATCH = 128;
const CLASSES = 10;
const PIXELS = 784;
/** Keeps the shifts apart from the orders, which have seeds below it. */
const SHIFT_SEED = 1 << 27;
/** The first learning rate of each phase; it falls to 0 along half a cosine. */
const LEARNING_RATE = 1e-3;

/** What a training works on. */
export interface TrainingSet {
  readonly digits: Digits;
  /** The first images are trained on. */
  readonly count: number;
  /** Probabilities `[count, 10]` that are trained to. */
  readonly targets: Float32Array;
  /** Shape of one image. */
  readonly imageShape: readonly number[];
  /** Pixels by which an image is shifted at most, in each direction and anew in each epoch; what moves in is background. */
  readonly shift: number;
}

/** The length of a training. */
export interface Course {
  readonly epochs: number;
  readonly seed: number;
  readonly callback?: CompressionCallback;
  onEpoch(epoch: number): void;
}

/** Steps of an epoch. */
export function stepsOf(count: number): number {
  return Math.ceil(count / BATCH);
}

/**
 * Trains with Adam on the cross-entropy. Batches are made of typed arrays: `fit` gathers rows of a tensor for each batch, which takes as long
 * as a third of a step on the wasm backend.
 */
export async function train(
  model: tf.LayersModel,
  set: TrainingSet,
  { epochs, seed, callback, onEpoch }: Course,
): Promise<void> {
  const optimizer = tf.train.adam(LEARNING_RATE);
  model.compile({ optimizer, loss: 'categoricalCrossentropy' });
  const rate = cosineDecay({ initial: LEARNING_RATE, steps: epochs * stepsOf(set.count) });
  callback?.setModel(model);
  await callback?.onTrainBegin();
  for (let epoch = 0, step = 0; epoch < epochs; epoch++) {
    const order = epochOrder(set.count, seed, epoch);
    const random = createRandom(SHIFT_SEED + seed * 1000 + epoch);
    for (let first = 0; first < set.count; first += BATCH, step++) {
      setLearningRate(optimizer, rate(step));
      const batch = batchOf(set, order.subarray(first, first + BATCH), random);
      await model.trainOnBatch(batch.xs, batch.ys);
      tf.dispose([batch.xs, batch.ys]);
      await callback?.onBatchEnd();
    }
    onEpoch(epoch);
  }
  await callback?.onTrainEnd();
  optimizer.dispose();
}

/** Labels of the first images, as probabilities. */
export function labelsOf({ labels }: Digits, count: number): Float32Array {
  const probabilities = new Float32Array(count * CLASSES);
  for (let image = 0; image < count; image++) probabilities[image * CLASSES + labels[image]] = 1;
  return probabilities;
}

/** The images from `first` to before `end` as a tensor. */
export function imagesOf({ images }: Digits, first: number, end: number, imageShape: readonly number[]): tf.Tensor {
  return tf.tensor(images.slice(first * PIXELS, end * PIXELS), [end - first, ...imageShape]);
}

function batchOf({ digits: { images }, targets, imageShape, shift }: TrainingSet, order: Int32Array, random: Random) {
  const xs = new Float32Array(order.length * PIXELS);
  const ys = new Float32Array(order.length * CLASSES);
  for (const [at, image] of order.entries()) {
    const picture = images.subarray(image * PIXELS, (image + 1) * PIXELS);
    const by = { down: random.integer(2 * shift + 1) - shift, right: random.integer(2 * shift + 1) - shift };
    copyShifted(picture, xs.subarray(at * PIXELS, (at + 1) * PIXELS), by);
    ys.set(targets.subarray(image * CLASSES, (image + 1) * CLASSES), at * CLASSES);
  }
  return { xs: tf.tensor(xs, [order.length, ...imageShape]), ys: tf.tensor(ys, [order.length, CLASSES]) };
}
