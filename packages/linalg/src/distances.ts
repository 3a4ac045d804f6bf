import { GCompressError, type ProgressOptions } from '@gcompress/core';
import type { Kernels } from './kernels/kernels.ts';
import { portableKernels } from './kernels/portable.ts';
import { listened, paced } from './paced.ts';
import { type Dense, type Values, type View, viewOf } from './view.ts';

/** The centroid that each point is nearest to. */
export interface Nearest {
  /** Row of the centroid `[p]`; of several at the same distance the first. */
  readonly indices: Int32Array;
  /** Squared Euclidean distance to it `[p]`. */
  readonly squaredDistances: Float64Array;
}

/**
 * The nearest of `centroids [c, d]` to each of `points [p, d]`. Centroids are compared by `‖c‖² − 2·x·c`, so of two whose
 * squared distances agree to about `2⁻⁵⁰·‖x‖²` either may be taken. The distances returned come from differences, where
 * nothing cancels.
 *
 * @param progress hears of progress and ends the work.
 * @throws GCompressError `shape-mismatch`, `invalid-matrix` or `invalid-option`; the signal's reason when aborted.
 */
export function nearestCentroids(
  points: Dense,
  centroids: Dense,
  kernels: Kernels = portableKernels,
  progress: ProgressOptions = {},
): Nearest {
  const [pointView, centroidView] = sameDimension(points, centroids, 'nearestCentroids');
  const [count, dimension] = points.shape;
  const [clusters] = centroids.shape;
  const norms = new Float64Array(clusters);
  for (let j = 0; j < clusters; j++) {
    for (let at = j * dimension; at < (j + 1) * dimension; at++) norms[j] += centroids.data[at] * centroids.data[at];
  }
  const indices = new Int32Array(count);
  paced('nearestCentroids', kernels, progress, count * clusters * dimension, (pace) =>
    pace.nearest(pointView, centroidView, norms, indices),
  );
  const distances = new Float64Array(count);
  for (let i = 0; i < count; i++) {
    distances[i] = squaredDistance(points.data, i * dimension, centroids.data, indices[i] * dimension, dimension);
  }
  return { indices, squaredDistances: distances };
}

/**
 * Squared Euclidean distances from all `points [p, d]` to all `centroids [c, d]`, row-major `[p, c]`, computed from the
 * differences.
 *
 * @param progress hears of progress and ends the work.
 * @throws GCompressError `shape-mismatch`, `invalid-matrix` or `invalid-option`; the signal's reason when aborted.
 */
export function squaredDistances(points: Dense, centroids: Dense, progress: ProgressOptions = {}): Float64Array {
  const where = 'squaredDistances';
  sameDimension(points, centroids, where);
  const [count, dimension] = points.shape;
  const [clusters] = centroids.shape;
  const distances = new Float64Array(count * clusters);
  listened(where, progress, distances.length * dimension, (onWork) => {
    for (let i = 0, at = 0; i < count; i++) {
      for (let j = 0; j < clusters; j++, at++) {
        distances[at] = squaredDistance(points.data, i * dimension, centroids.data, j * dimension, dimension);
      }
      onWork?.(clusters * dimension);
    }
  });
  return distances;
}

function squaredDistance(a: Values, aStart: number, b: Values, bStart: number, length: number): number {
  let sum = 0;
  for (let p = 0; p < length; p++) {
    const difference = a[aStart + p] - b[bStart + p];
    sum += difference * difference;
  }
  return sum;
}

function sameDimension(points: Dense, centroids: Dense, where: string): [points: View, centroids: View] {
  const views: [View, View] = [viewOf(points, where), viewOf(centroids, where)];
  if (points.shape[1] === centroids.shape[1]) return views;
  throw new GCompressError('shape-mismatch', {
    where,
    expected: `centroids of ${points.shape[1]} coordinates`,
    actual: `${centroids.shape[1]}`,
  });
}
