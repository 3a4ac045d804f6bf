// Makes a small file of a layers model, and trains it further on the outputs of the original.
import { type Calibration, correctBiases, pairedInputs } from '@gcompress/calibration';
import type { Kernels } from '@gcompress/core';
import { distill } from '@gcompress/distillation';
import { pack } from '@gcompress/packed';
import { compressNow } from '@gcompress/post-training';
import * as tf from '@tensorflow/tfjs';
import type { Distillation, RealModel } from './models.ts';
import type { Pictures } from './pictures.ts';

/** How the file is compressed before the training. */
export interface CompressedBefore {
  /** Bytes of the file at most. */
  readonly bytes: number;
  readonly known: Calibration;
  readonly channelGains: ReadonlyMap<string, Float64Array>;
  /** Samples for calibration `[count, …]`. */
  readonly samples: tf.Tensor;
  readonly minElements: number;
  readonly kernels: Kernels;
}

/** The bytes of the file, and a note about what the training gained. */
export async function distilledFile(
  { batchSize, hidden, isSequential }: RealModel,
  artifacts: tf.io.ModelArtifacts,
  { inputs, steps, batchSize: trained, learningRate }: Distillation,
  { bytes: most, known, channelGains, samples, ...options }: CompressedBefore,
  pictures: Pictures,
): Promise<{ readonly bytes: Uint8Array; readonly note: string }> {
  const paired = pairedInputs(samples, { load: tf.loadLayersModel, batchSize });
  const small = await compressNow(artifacts, {
    // The header of the file is compressed, so that it may grow by a few bytes in the training
    budget: { bytes: most - 64 },
    inputMoments: known.moments,
    channelGains,
    ...options,
    ...(isSequential && { sequential: paired }),
  });
  const corrected = isSequential ? small : await correctBiases(artifacts, small.artifacts, known);
  const teacher = await tf.loadLayersModel(tf.io.fromMemory(artifacts));
  const crops = inputs(pictures);
  const began = performance.now();
  const tuned = await distill(
    { artifacts: corrected.artifacts, matrices: small.matrices },
    { teacher, inputs: crops, steps, batchSize: trained, learningRate, hidden },
  );
  const minutes = (performance.now() - began) / 60_000;
  tf.dispose(crops);
  teacher.dispose();
  const { bytes } = await pack(tuned.artifacts, { matrices: tuned.matrices, rest: 'float16' });
  const { error, heldOut } = tuned.report;
  const note =
    `Distillation took ${minutes.toFixed(1)} minutes; the error of the compared outputs on ${heldOut} samples set aside fell from ` +
    `${error.before.toPrecision(3)} to ${error.after.toPrecision(3)}.`;
  return { bytes, note };
}
