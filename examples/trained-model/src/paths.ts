// The three ways to a small file, as a program of your own would take them.
import { calibrate } from '@gcompress/calibration';
import { type DistilledModel, distill } from '@gcompress/distillation';
import { pack } from '@gcompress/packed';
import { compressNow, type SmallModel } from '@gcompress/post-training';
import * as tf from '@tensorflow/tfjs';

/** To a size in bytes, with nothing but the model. */
export async function withoutData(given: tf.io.IOHandler, bytes: number): Promise<Uint8Array> {
  const small = await compressNow(await tf.loadLayersModel(given), { budget: { bytes } });
  const file = await pack(small.artifacts, { matrices: small.matrices });
  return file.bytes;
}

/** To the same size, with a few unlabelled images: their moments choose the levels. */
export async function withData(given: tf.io.IOHandler, bytes: number, images: tf.Tensor): Promise<SmallModel> {
  const model = await tf.loadLayersModel(given);
  const { moments } = await calibrate(model, images);
  return compressNow(model, { budget: { bytes }, inputMoments: moments });
}

/** A short training on the outputs of the original model. */
export async function distilled(
  given: tf.io.IOHandler,
  small: SmallModel,
  inputs: tf.Tensor,
  steps: number,
): Promise<DistilledModel> {
  const teacher = await tf.loadLayersModel(given);
  return distill(small, { teacher, inputs, steps });
}
