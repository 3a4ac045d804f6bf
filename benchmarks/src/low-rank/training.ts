// Training of 784-300-100-10 networks on MNIST, batch by batch, and their errors.
import { type Digits, mnist } from '@gcompress/example-datasets';
import { epochOrder, tensors } from '@gcompress/example-mnist/network';
import { type LearningRate, setLearningRate } from '@gcompress/tfjs/callbacks';
import type { CompressionCallback } from '@gcompress/tfjs/layers';
import * as tf from '@tensorflow/tfjs';

const BATCH = 128;
/** The last of MNIST's training images choose what the table uses; no network trains on them. */
const VALIDATION = 5000;

/** The images of MNIST in three parts. */
export interface Data {
  readonly train: Digits;
  readonly validation: Digits;
  readonly test: Digits;
}

/** MNIST, with the last training images as a validation set. */
export function readData(): Data {
  const all = mnist('train');
  const first = all.count - VALIDATION;
  const part = (from: number, to: number): Digits => ({
    count: to - from,
    images: all.images.subarray(from * 784, to * 784),
    labels: all.labels.subarray(from, to),
  });
  return { train: part(0, first), validation: part(first, all.count), test: mnist('test') };
}

/** A part of a training. */
export interface Course {
  readonly seed: number;
  readonly rate: LearningRate;
  /** The first step of this part, and the one after the last. */
  readonly steps: readonly [from: number, to: number];
  /** Epochs before step 0, so that the training goes on with other orders of the images. */
  readonly epochsBefore: number;
  readonly callback?: CompressionCallback;
}

/** Steps of an epoch. */
export const stepsPerEpoch = ({ train: { count } }: Data): number => Math.ceil(count / BATCH);

/** Trains with Adam, which begins anew, on the cross-entropy. */
export async function train(model: tf.LayersModel, data: Data, course: Course): Promise<void> {
  const { seed, rate, steps, epochsBefore, callback } = course;
  const optimizer = tf.train.adam(rate(steps[0]));
  model.compile({ optimizer, loss: 'categoricalCrossentropy' });
  callback?.setModel(model);
  await callback?.onTrainBegin();
  const each = stepsPerEpoch(data);
  let order = new Int32Array();
  for (let step = steps[0]; step < steps[1]; step++) {
    if (step === steps[0] || step % each === 0) {
      order = Int32Array.from(epochOrder(data.train.count, seed, epochsBefore + Math.floor(step / each)));
    }
    setLearningRate(optimizer, rate(step));
    const { xs, ys } = tensors(data.train, order.subarray((step % each) * BATCH, ((step % each) + 1) * BATCH));
    await model.trainOnBatch(xs, ys);
    tf.dispose([xs, ys]);
    await callback?.onBatchEnd();
  }
  await callback?.onTrainEnd();
  optimizer.dispose();
}

/** Percent of the digits that a model gets wrong. */
export function errorOf(model: tf.LayersModel, { images, labels, count }: Digits): number {
  const found = tf.tidy(() => {
    const xs = tf.tensor2d(images, [count, 784]);
    return (model.predict(xs, { batchSize: 1000 }) as tf.Tensor).argMax(1).dataSync();
  });
  return (100 * labels.reduce((wrong, label, i) => wrong + (found[i] === label ? 0 : 1), 0)) / count;
}
