import type { Pictures } from '@gcompress/example-datasets';
import * as tf from '@tensorflow/tfjs';
import { CROP, centredInputs } from './inputs.ts';

/**
 * Part of the first `count` pictures whose class has the highest score.
 *
 * Porting note: `precision @ 1` of `cifar10_eval`, which divides by 10,112 samples for 10,000 pictures.
 */
export async function precisionAt1(
  logits: (inputs: tf.Tensor4D) => tf.Tensor2D,
  pictures: Pictures,
  { count = pictures.count, batchSize = 250 }: { readonly count?: number; readonly batchSize?: number } = {},
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
    right += classes.filter((label, i) => label === pictures.labels[begin + i]).length;
  }
  return right / count;
}
