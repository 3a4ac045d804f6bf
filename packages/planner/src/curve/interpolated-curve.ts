// The error of a matrix at any size, between the sizes at which it was measured.
import { GCompressError } from '@gcompress/core';
import { assertNumber, describeValue } from '@gcompress/core/checks';

/** A measured size of a method on one matrix. */
export interface MeasuredPoint {
  /** Above 0. */
  readonly size: number;
  /** Squared relative error, at least 0. */
  readonly error: number;
  /** Standard deviation of the error, at least 0. Default 0. */
  readonly deviation?: number;
}

/** An expected error, and how sure it is. */
export interface ExpectedError {
  readonly error: number;
  readonly deviation: number;
}

/**
 * The expected error at a size. Between two measured sizes, the logarithm of the error is interpolated linearly, as the error of rounding falls by
 * a constant factor for each bit. The true error of a convex curve lies below the line between the two points, and above the lines through
 * neighbouring pairs of points; the deviation is that of an even distribution between these bounds, with the deviations of the points.
 *
 * @param points measured points of a falling curve, in any order; at least one.
 * @param size above 0. Outside of the measured sizes, the next measured error counts: nothing is extrapolated.
 * @throws GCompressError `invalid-option`.
 */
export function interpolatedError(points: readonly MeasuredPoint[], size: number): ExpectedError {
  const sorted = checked(points);
  assertNumber('interpolatedError', 'size', size, { above: 0 });
  const at = sorted.findIndex((point) => point.size >= size);
  const known = at < 0 ? sorted[sorted.length - 1] : sorted[at];
  if (at <= 0 || known.size === size) return { error: known.error, deviation: known.deviation ?? 0 };
  const [from, to] = [sorted[at - 1], known];
  const part = (size - from.size) / (to.size - from.size);
  const upper = from.error + part * (to.error - from.error);
  const lower = Math.min(upper, Math.max(to.error, ...outerLines(sorted, at, size)));
  const falling = Math.max(from.error, 0) ** (1 - part) * Math.max(to.error, 0) ** part;
  const error = Math.min(upper, Math.max(lower, falling));
  const own = (1 - part) * (from.deviation ?? 0) + part * (to.deviation ?? 0);
  return { error, deviation: Math.hypot(own, (upper - lower) / Math.sqrt(12)) };
}

/** The lines through the two points before and the two points after the interval, at a size inside. */
function outerLines(points: readonly MeasuredPoint[], at: number, size: number): number[] {
  const line = (a: MeasuredPoint | undefined, b: MeasuredPoint | undefined) =>
    a && b ? [a.error + ((size - a.size) / (b.size - a.size)) * (b.error - a.error)] : [];
  return [...line(points[at - 2], points[at - 1]), ...line(points[at], points[at + 1])];
}

/** The points by size; of equal sizes the one of the least error. */
function checked(points: unknown): MeasuredPoint[] {
  if (!Array.isArray(points) || points.length === 0) {
    throw new GCompressError('invalid-option', {
      where: 'interpolatedError points',
      expected: 'a list with a measured point',
      actual: describeValue(points),
    });
  }
  for (const point of points as Partial<MeasuredPoint>[]) {
    const { size, error, deviation = 0 } = point ?? {};
    assertNumber('interpolatedError points', 'size', size, { above: 0 });
    assertNumber('interpolatedError points', 'error', error, { min: 0 });
    assertNumber('interpolatedError points', 'deviation', deviation, { min: 0 });
  }
  const sorted = [...(points as MeasuredPoint[])].sort((a, b) => a.size - b.size || a.error - b.error);
  return sorted.filter(({ size }, i) => i === 0 || size !== sorted[i - 1].size);
}
