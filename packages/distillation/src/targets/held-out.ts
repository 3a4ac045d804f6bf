// Measures a model against its teacher on inputs that the training does not see.
import type { Tensor } from '@tensorflow/tfjs-core';
import type { Outputs } from './outputs.ts';
import { batchOf } from './samples.ts';

/** Samples that run together. */
const BATCH = 128;

/** Inputs with the outputs of the teacher. */
export interface HeldOut {
  readonly inputs: readonly Tensor[];
  readonly samples: Int32Array;
  /** Values of each output of the teacher, all samples. */
  readonly targets: readonly Float32Array[];
}

/** The values of the first outputs of a model for some samples, and a turn for other tasks between batches. */
export async function valuesOf(
  outputs: Outputs,
  inputs: readonly Tensor[],
  samples: Int32Array,
  turn: () => Promise<void>,
): Promise<Float32Array[]> {
  const parts: Float32Array[][] = [];
  for (let from = 0; from < samples.length; from += BATCH) {
    const batch = batchOf(inputs, samples.slice(from, from + BATCH));
    const got = outputs(batch);
    try {
      parts.push(await Promise.all(got.map(async (output) => Float32Array.from(await output.data()))));
    } finally {
      for (const tensor of [...batch, ...got]) tensor.dispose();
    }
    await turn();
  }
  return (parts[0] ?? []).map((_, output) => joined(parts.map((part) => part[output])));
}

/** `‖y − t‖ / ‖t‖`, the mean over the outputs; outputs of zeros do not count. */
export function relativeError(values: readonly Float32Array[], targets: readonly Float32Array[]): number {
  const errors = targets.flatMap((target, output) => {
    let [difference, norm] = [0, 0];
    for (let at = 0; at < target.length; at++) {
      difference += (values[output][at] - target[at]) ** 2;
      norm += target[at] ** 2;
    }
    return norm > 0 ? [Math.sqrt(difference / norm)] : [];
  });
  return errors.length === 0 ? 0 : errors.reduce((sum, error) => sum + error, 0) / errors.length;
}

function joined(parts: readonly Float32Array[]): Float32Array {
  const whole = new Float32Array(parts.reduce((sum, { length }) => sum + length, 0));
  let at = 0;
  for (const part of parts) {
    whole.set(part, at);
    at += part.length;
  }
  return whole;
}
