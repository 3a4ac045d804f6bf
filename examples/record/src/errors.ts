// Measures the classification error of a model on digits.
import type { Digits } from '@gcompress/example-datasets';
import { tensors } from '@gcompress/example-mnist/network';
import * as tf from '@tensorflow/tfjs';

/** Error in percent on the digits from `first` to before `end`. */
export function errorOf(model: tf.LayersModel, digits: Digits, first = 0, end = digits.count): number {
  const order = Int32Array.from({ length: end - first }, (_, at) => first + at);
  return tf.tidy(() => {
    const { xs } = tensors(digits, order);
    const predicted = tf.argMax(model.predict(xs, { batchSize: 1000 }) as tf.Tensor, 1).dataSync();
    const wrong = order.filter((digit, at) => predicted[at] !== digits.labels[digit]).length;
    return (100 * wrong) / order.length;
  });
}
