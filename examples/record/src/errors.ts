// Measures the classification error of a model on digits.
import type { Digits } from '@gcompress/example-datasets';
import * as tf from '@tensorflow/tfjs';
import { imagesOf } from './train.ts';

const BATCH = 1000;

/** Error in percent on the digits from `first` to before `end`. */
export function errorOf(model: tf.LayersModel, digits: Digits, first = 0, end = digits.count): number {
  const imageShape = model.inputs[0].shape.slice(1) as number[];
  let wrong = 0;
  for (let from = first; from < end; from += BATCH) {
    const to = Math.min(end, from + BATCH);
    wrong += tf.tidy(() => {
      const output = model.predict(imagesOf(digits, from, to, imageShape), { batchSize: BATCH }) as tf.Tensor;
      const predicted = tf.argMax(output, 1).dataSync();
      return digits.labels.subarray(from, to).reduce((sum, label, at) => sum + (label === predicted[at] ? 0 : 1), 0);
    });
  }
  return (100 * wrong) / (end - first);
}
