// A model of one packed layer that multiplies by a stored matrix, and the product that it must give.
import { cpuOps } from '@gcompress/core';
import type { StoredMatrix } from '@gcompress/fixtures/stored-matrices';
import { type InferenceKernel, PackedLayer, type Preference } from '@gcompress/tfjs/layers';
import * as tf from '@tensorflow/tfjs';

/** A model `x [b, m] → x·Ŵ [b, n]`. */
export function packedModel(
  { format, packed }: StoredMatrix,
  inferenceKernels: readonly InferenceKernel[],
  prefer: Preference = 'memory',
): tf.Sequential {
  const [rows, cols] = packed.shape;
  const layer = tf.layers.dense({ units: cols, useBias: false, inputShape: [rows] });
  const matrices = [{ name: 'kernel', format, packed }];
  return tf.sequential({ layers: [new PackedLayer({ layer, prefer, inferenceKernels, matrices })] });
}

/** Ŵ, row-major. */
export function denseMatrix({ format, packed }: StoredMatrix): ArrayLike<number> {
  return format.reconstruct(cpuOps, format.unpack(packed), packed).data;
}

/** The tolerance of a product: a fraction of the sums of absolute products, and the rounding steps of inputs and matrix. */
interface Tolerance {
  readonly sums: number;
  /** Steps between 0 and the largest value. 0 for no rounding. */
  readonly steps: number;
}

/** The largest difference between a product and the sums in float64, divided by what it may be. */
export function largestError(
  actual: ArrayLike<number>,
  x: Float32Array,
  dense: ArrayLike<number>,
  [batch, rows, cols]: readonly [number, number, number],
  { sums, steps }: Tolerance,
): number {
  const rounding = steps === 0 ? 0 : 0.51 / steps;
  const largestX = x.reduce((largest, value) => Math.max(largest, Math.abs(value)), 0);
  const largestEntry = Float32Array.from(dense).reduce((largest, value) => Math.max(largest, Math.abs(value)), 0);
  let largest = 0;
  for (let b = 0; b < batch; b++) {
    for (let col = 0; col < cols; col++) {
      let sum = 0;
      let allowed = 1e-7;
      for (let row = 0; row < rows; row++) {
        const [value, entry] = [x[b * rows + row], dense[row * cols + col]];
        sum += value * entry;
        allowed += sums * Math.abs(value * entry);
        allowed += rounding * (largestX * Math.abs(entry) + Math.abs(value) * largestEntry);
      }
      largest = Math.max(largest, Math.abs(actual[b * cols + col] - sum) / allowed);
    }
  }
  return largest;
}
