// The metric of output errors: scaled and damped input moments and their Cholesky factor (whitening).
import {
  GCompressError,
  type InputMoments,
  isGCompressError,
  type Kernels,
  type ProgressOptions,
} from '@gcompress/core';
import { assertNumber, describeValue } from '@gcompress/core/checks';
import { assertMoments } from '../calls/arguments.ts';
import { paced } from '../calls/paced.ts';
import { cholesky } from '../decompositions/cholesky.ts';
import { portableKernels } from '../kernels/portable.ts';
import { type Dense, denseOf, type View64, zeros } from '../views/view.ts';
import { independentGroups } from './independent-groups.ts';

/** A metric of errors, `‖Lᵀ·E‖²` for an error `E [m, n]` of a matrix. */
export interface InputMetric {
  /** Lower triangular `L [m, m]`. */
  readonly factor: Dense<Float64Array>;
  /** Part of the mean squared input that was added to each mean squared input. */
  readonly damping: number;
}

/**
 * The metric with `L·Lᵀ = Σxᵀx / mean diagonal + damping·I`. Except for scale and damping, `‖Lᵀ·E‖²` is the squared error of the outputs
 * caused by an error E of the matrix. Independent inputs of equal size give the identity times `√(1 + damping)`.
 *
 * Source: the whitening of SVD-LLM, arXiv 2403.07378.
 *
 * @param damping part of the mean squared input that is added to each mean squared input, above 0 and at most 1. It is increased tenfold,
 *   repeatedly, if rounding errors made the moments indefinite.
 * @param progress listener for the progress, and signal to abort.
 * @throws GCompressError `invalid-matrix` for zero moments or strongly indefinite moments, `invalid-option`; the signal's reason when
 *   aborted.
 */
export function whitening(
  moments: InputMoments,
  damping: number,
  kernels: Kernels = portableKernels,
  progress: ProgressOptions = {},
): InputMetric {
  const where = 'whitening';
  assertMoments(where, moments);
  const rows = Int32Array.from({ length: moments.size }, (_, row) => row);
  return paced(where, kernels, progress, moments.size ** 3 / 3, (pace) =>
    factoredMoments(where, moments, rows, damping, pace),
  );
}

/** {@link whitening} with the inputs in the given order. */
export function factoredMoments(
  where: string,
  moments: InputMoments,
  rows: Int32Array,
  damping: number,
  kernels: Kernels,
): InputMetric {
  assertNumber(where, 'damping', damping, { above: 0, max: 1 });
  const scale = scaleOf(where, moments);
  const groups = independentGroups(moments.values, rows);
  for (let added = damping; ; added *= 10) {
    try {
      return {
        factor: denseOf(factorOfGroups(where, moments, { rows, groups, scale, added }, kernels)),
        damping: added,
      };
    } catch (error) {
      if (!isGCompressError(error, 'invalid-matrix') || added > 1) throw error;
    }
  }
}

interface Grouped {
  readonly rows: Int32Array;
  /** Positions in `rows` of inputs that are independent of those in other groups. */
  readonly groups: readonly Int32Array[];
  readonly scale: number;
  readonly added: number;
}

/** The Cholesky factor, group by group, because it has zeros between groups too. */
function factorOfGroups(
  where: string,
  { size, values }: InputMoments,
  { rows, groups, scale, added }: Grouped,
  kernels: Kernels,
): View64 {
  const whole = zeros(size, size);
  for (const group of groups) {
    const count = group.length;
    const metric = groups.length === 1 ? whole : zeros(count, count);
    for (let i = 0; i < count; i++) {
      const from = rows[group[i]] * size;
      for (let j = 0; j <= i; j++) metric.data[i * count + j] = values[from + rows[group[j]]] * scale;
      metric.data[i * count + i] += added;
    }
    const factor = cholesky(where, metric, kernels);
    if (groups.length === 1) return factor;
    for (let i = 0; i < count; i++) {
      const to = group[i] * size;
      for (let j = 0; j <= i; j++) whole.data[to + group[j]] = factor.data[i * count + j];
    }
  }
  return whole;
}

/** One over the mean of the diagonal. */
function scaleOf(where: string, { size, values }: InputMoments): number {
  let largest = 0;
  for (let i = 0; i < size; i++) largest = Math.max(largest, values[i * size + i]);
  // Relative to the largest, so that the sum does not overflow
  let sum = 0;
  for (let i = 0; i < size; i++) sum += values[i * size + i] / largest;
  const scale = size / sum / largest;
  if (scale > 0 && scale < Number.POSITIVE_INFINITY) return scale;
  throw new GCompressError('invalid-matrix', {
    where,
    expected: 'moments within the range of float64 that are not all zero',
    actual: `a largest mean square of ${describeValue(largest)}`,
    hint: 'Scale the inputs.',
  });
}

/**
 * The reason why moments are too weak for some inputs, as text for a warning; undefined if they suffice.
 *
 * @throws GCompressError `invalid-option` when the argument is not moments.
 */
export function momentsWeakness(moments: InputMoments): string | undefined {
  assertMoments('momentsWeakness', moments);
  const { size, count, values } = moments;
  let silent = 0;
  for (let i = 0; i < size; i++) if (values[i * size + i] === 0) silent++;
  const reasons = [
    ...(count < size ? [`they come from ${count} inputs for ${size} rows`] : []),
    ...(silent > 0 ? [`${silent} of ${size} rows have inputs that are always 0`] : []),
  ];
  return reasons.length > 0 ? `the input moments were damped, because ${reasons.join(' and ')}` : undefined;
}
