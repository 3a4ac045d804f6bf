// Input pictures as TensorBoard shows them.
import type { ImageSummary } from '@gcompress/tfjs/summaries';
import type * as tf from '@tensorflow/tfjs';
import { encode } from 'fast-png';

/** Pictures of a batch that are shown. */
const SHOWN = 3;
/** Pictures whose values are all smaller are of one colour: stretching them would show rounding errors. */
const ZERO = 1e-6;

/**
 * The first three pictures `[height, width, channels]` of a batch. Where no value is negative, 0 becomes black and the largest value 255;
 * otherwise 0 becomes grey 128 and the largest magnitude 127 apart from it. Magnitudes below 1e-6 count as 0.
 *
 * Porting note: `tf.summary.image('images', images)` of `cifar10_input.py`, under the same tags; levels as in TensorFlow's
 * `summary_image_op.cc`, in float32.
 */
export async function inputPictures(step: number, batch: tf.Tensor): Promise<ImageSummary[]> {
  const [count, height, width, channels] = batch.shape;
  const values = await batch.data();
  const size = height * width * channels;
  return Array.from({ length: Math.min(SHOWN, count) }, (_, i) => {
    const png = encode({ width, height, channels, data: levels(values.subarray(i * size, (i + 1) * size)) });
    return { tag: `images/image/${i}`, step, image: { width, height, png } };
  });
}

function levels(values: ArrayLike<number>): Uint8Array {
  let least = 0;
  let most = 0;
  for (let i = 0; i < values.length; i++) {
    least = Math.min(least, values[i]);
    most = Math.max(most, Math.abs(values[i]));
  }
  const [range, offset] = least < 0 ? [127, 128] : [255, 0];
  const scale = most < ZERO ? 0 : Math.fround(range / most);
  return Uint8Array.from(values, (value) => Math.floor(Math.fround(Math.fround(value * scale) + offset)));
}
