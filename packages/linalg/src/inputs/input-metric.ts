// How an error of a matrix shows in its outputs: moments of its inputs, scaled and damped.
import { GCompressError, type InputMoments, type Kernels, type ProgressOptions } from '@gcompress/core';
import { assertNumber, describeValue } from '@gcompress/core/checks';
import { paced } from '../calls/paced.ts';
import { cholesky } from '../decompositions/cholesky.ts';
import { portableKernels } from '../kernels/portable.ts';
import { type Dense, denseOf, zeros } from '../views/view.ts';

/**
 * The lower triangular `L [m, m]` with `L·Lᵀ = Σxᵀx / mean diagonal + damping·I`, so that `‖Lᵀ·E‖²` is, but for scale and damping, what an
 * error `E [m, n]` of a matrix adds to its outputs. Independent inputs of equal size give the identity times `√(1 + damping)`.
 *
 * Source: whitening as in SVD-LLM, arXiv 2403.07378.
 *
 * @param damping part of the mean squared input that is added to each, above 0: what an input that never occurs still counts.
 * @param progress hears of progress and ends the work.
 * @throws GCompressError `invalid-matrix` for moments that no inputs can have, `invalid-option`; the signal's reason when aborted.
 */
export function whitening(
  moments: InputMoments,
  damping: number,
  kernels: Kernels = portableKernels,
  progress: ProgressOptions = {},
): Dense<Float64Array> {
  const where = 'whitening';
  const scale = scaleOf(where, moments, damping);
  const { size, values } = moments;
  return paced(where, kernels, progress, size ** 3 / 3, (pace) => {
    const metric = zeros(size, size);
    for (let i = 0; i < size; i++) {
      for (let j = 0; j <= i; j++) metric.data[i * size + j] = values[i * size + j] * scale;
      metric.data[i * size + i] += damping;
    }
    return denseOf(cholesky(where, metric, pace));
  });
}

/** One over the mean of the diagonal. */
export function scaleOf(where: string, { size, values }: InputMoments, damping: number): number {
  assertNumber(where, 'damping', damping, { above: 0, max: 1 });
  // Halves of the exponent range: a sum of squares near either end would leave it
  let largest = 0;
  for (let i = 0; i < size; i++) largest = Math.max(largest, values[i * size + i]);
  let sum = 0;
  for (let i = 0; i < size; i++) sum += values[i * size + i] / largest;
  const scale = size / sum / largest;
  if (scale > 0 && scale < Number.POSITIVE_INFINITY) return scale;
  throw new GCompressError('invalid-matrix', {
    where,
    expected: 'moments of inputs that are not all zero, within the range of float64',
    actual: `a largest mean square of ${describeValue(largest)}`,
    hint: 'Scale the inputs.',
  });
}

/**
 * Why moments say little, in words for a warning; undefined where they have seen enough.
 *
 * @param moments moments that `compress` accepts.
 */
export function momentsWeakness({ size, count, values }: InputMoments): string | undefined {
  let dead = 0;
  for (let i = 0; i < size; i++) if (values[i * size + i] === 0) dead++;
  const reasons = [
    ...(count < size ? [`they come from ${count} inputs for ${size} rows`] : []),
    ...(dead > 0 ? [`${dead} of ${size} inputs are always 0 in them`] : []),
  ];
  return reasons.length > 0 ? `the moments were damped: ${reasons.join(', and ')}` : undefined;
}
