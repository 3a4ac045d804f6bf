// Singular values of a weight before and after.
import type { Kernels, Matrix, ProgressOptions } from '@gcompress/core';
import { partialProgress } from '@gcompress/core';
import { singularValues, truncatedSvd } from '@gcompress/linalg';
import type { Spectrum } from '../data/report-data.ts';

/** The largest smaller side of a matrix whose singular values are all computed. */
const MOST_VALUES = 320;
/** How many are computed of larger matrices. */
const LARGEST_VALUES = 48;
/** Matrices with fewer singular values get no chart. */
const LEAST_VALUES = 4;
/** Singular values below this part of the largest one count as zero: float32 rounding of the stored matrix is far below it. */
const ZERO = 1e-5;

/** The spectra of a matrix and of its stored form; undefined for matrices with few singular values or with values that are not finite. */
export function spectrumOf(
  before: Matrix,
  after: Matrix,
  kernels: Kernels | undefined,
  progress: ProgressOptions,
): Spectrum | undefined {
  const count = Math.min(...before.shape);
  if (count < LEAST_VALUES || ![before, after].every(({ data }) => data.every(Number.isFinite))) return undefined;
  const first = valuesOf(before, count, kernels, partialProgress(progress, 0, 0.5));
  const second = valuesOf(after, count, kernels, partialProgress(progress, 0.5, 1));
  const rank = second.filter((value) => value > ZERO * second[0]).length;
  return { before: first, after: second, count, ...(rank < second.length && { rank }) };
}

function valuesOf(matrix: Matrix, count: number, kernels: Kernels | undefined, progress: ProgressOptions): number[] {
  const values =
    count <= MOST_VALUES
      ? singularValues(matrix, kernels, progress)
      : truncatedSvd(matrix, LARGEST_VALUES, { ...(kernels && { kernels }), ...progress }).s;
  // Six digits are more than a chart shows
  return Array.from(values, (value) => Number(value.toPrecision(6)));
}
