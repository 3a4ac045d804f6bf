// Stores a weight that no method compresses, such as biases, as a few even levels in entropy-coded form.
import { type CompressedMatrix, floatFactor } from '@gcompress/core';
import { createCompressedMatrix } from '@gcompress/core/hosts';
import { uniformFormat } from '@gcompress/uniform/format';

/** Levels on each side of 0. */
const LEVELS = 31;

/**
 * The values as 63 even levels around 0, in the form `uniform`: each is off by at most 1/62 of the largest magnitude, and by the rounding of
 * float32. Undefined for values that are not finite, or all 0.
 */
export function codedValues(values: Float32Array): CompressedMatrix | undefined {
  if (!values.every(Number.isFinite)) return undefined;
  const largest = values.reduce((most, value) => Math.max(most, Math.abs(value)), 0);
  if (largest === 0) return undefined;
  const step = largest / LEVELS;
  // Levels of the format are divided by a power of two
  const levels = values.map((value) => Math.round(value / step) / (LEVELS + 1));
  return createCompressedMatrix(uniformFormat, {
    shape: [1, values.length],
    config: { steps: 'matrix', trellis: 0 },
    factors: {
      levels: floatFactor([1, values.length], levels, false),
      steps: floatFactor([1, 1], Float32Array.of(step * (LEVELS + 1))),
    },
  });
}
