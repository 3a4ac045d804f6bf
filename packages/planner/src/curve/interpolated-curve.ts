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
 * The expected error at a size. Between two measured sizes, the logarithm of the error is interpolated by the mean of the parabolas through the two
 * points and one neighbour, as the error of rounding falls by nearly the same factor for each bit. The deviation is half of the distance
 * between the straight line and the parabolas, beside the deviations of the points. With two points only, or where an error is 0, the error is
 * anywhere between the line through the points and the smaller error.
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
  const own = (1 - part) * (from.deviation ?? 0) + part * (to.deviation ?? 0);
  const [least, most] = [Math.min(from.error, to.error), Math.max(from.error, to.error)];
  const parabolas = [sorted[at - 2], sorted[at + 1]]
    .filter((third) => third !== undefined && third.error > 0)
    .map((third) => Math.min(most, Math.max(least, throughThree([from, to, third], size))));
  if (least === 0 || parabolas.length === 0) {
    const line = from.error + part * (to.error - from.error);
    const error = least > 0 ? from.error ** (1 - part) * to.error ** part : line / 2;
    return { error, deviation: Math.hypot(own, (line - least) / Math.sqrt(12)) };
  }
  const line = from.error ** (1 - part) * to.error ** part;
  const error = parabolas.reduce((sum, value) => sum + value / parabolas.length, 0);
  const spread = Math.max(line, ...parabolas) - Math.min(line, ...parabolas);
  return { error, deviation: Math.hypot(own, spread / 2) };
}

/** The value at a size of the parabola through the logarithms of three errors. */
function throughThree(points: readonly MeasuredPoint[], size: number): number {
  const logarithm = points.reduce((sum, { size: own, error }, i) => {
    const basis = points.reduce(
      (product, other, j) => (j === i ? product : (product * (size - other.size)) / (own - other.size)),
      1,
    );
    return sum + basis * Math.log(error);
  }, 0);
  return Math.exp(logarithm);
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
