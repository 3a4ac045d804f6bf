// The part of pictures whose class a network finds.
import { setImmediate } from 'node:timers/promises';
import type { Pictures } from '@gcompress/example-datasets';
import * as tf from '@tensorflow/tfjs';
import { CROP, centredInputs } from './inputs.ts';

/** Which pictures are counted, and how. */
export interface PrecisionOptions {
  /** Default: all. */
  readonly count?: number;
  /** Pictures that go through the network at once. Default 250. */
  readonly batchSize?: number;
  /** Ends the work after a batch; its reason is thrown. */
  readonly signal?: AbortSignal;
}

/**
 * Part of the first `count` pictures whose class has the highest score.
 *
 * Porting note: `precision @ 1` of `cifar10_eval`, which divides by 10,112 samples for 10,000 pictures.
 */
export async function precisionAt1(
  logits: (inputs: tf.Tensor4D) => tf.Tensor2D,
  pictures: Pictures,
  { count = pictures.count, batchSize = 250, signal }: PrecisionOptions = {},
): Promise<number> {
  let right = 0;
  for (let begin = 0; begin < count; begin += batchSize) {
    const end = Math.min(count, begin + batchSize);
    const predicted = tf.tidy(() => {
      const inputs = tf.tensor4d(centredInputs(pictures, begin, end), [end - begin, CROP, CROP, 3]);
      return logits(inputs).argMax(1);
    });
    const classes = Array.from(await predicted.data());
    predicted.dispose();
    // Lets a signal of the keyboard arrive
    await setImmediate();
    signal?.throwIfAborted();
    right += classes.filter((label, i) => label === pictures.labels[begin + i]).length;
  }
  return right / count;
}
