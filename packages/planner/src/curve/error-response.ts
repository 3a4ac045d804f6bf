// How the error of a whole model follows from the sum of the errors of its matrices, by a few measurements.
import { GCompressError } from '@gcompress/core';
import { assertNumber, assertType, describeValue } from '@gcompress/core/checks';

/** A plan that was made and measured. */
export interface MeasuredError {
  /** The error of the plan: the sum of its costs. Above 0. */
  readonly expected: number;
  /** The squared relative error of the outputs of the model that was made. Above 0. */
  readonly measured: number;
}

/** The error that a model has, for the sum of the errors of its matrices. */
export interface ErrorResponse {
  /** The error to expect where a plan has this sum. */
  expect(sum: number): number;
  /** The sum at which this error is expected. */
  invert(error: number): number;
}

/**
 * A response through measurements. Between two of them, the logarithm of the error is interpolated linearly over the logarithm of the sum; beyond
 * the first and the last one, the error stays in proportion to the sum. It never falls as the sum grows. Without measurements errors simply add
 * up. Large errors of several layers do not: outputs that saturate, such as those of a softmax, hide small errors and show large ones.
 *
 * @param measurements in any order.
 * @throws GCompressError `invalid-option`, also from the methods for anything but a number of at least 0.
 */
export function errorResponse(measurements: readonly MeasuredError[]): ErrorResponse {
  const where = 'errorResponse';
  if (!Array.isArray(measurements)) {
    const actual = describeValue(measurements);
    throw new GCompressError('invalid-option', { where, expected: 'a list of measurements', actual });
  }
  for (const measurement of measurements as readonly unknown[]) {
    assertType(where, 'measurement', measurement, 'object', 'Pass { expected, measured }.');
    const { expected, measured } = measurement as MeasuredError;
    assertNumber(where, 'expected', expected, { above: 0, max: Number.MAX_VALUE });
    assertNumber(where, 'measured', measured, { above: 0, max: Number.MAX_VALUE });
  }
  const points = rising(measurements);
  return {
    expect: (sum) => {
      assertNumber(where, 'sum', sum, { min: 0 });
      return along(points, sum);
    },
    invert: (error) => {
      assertNumber(where, 'error', error, { min: 0 });
      return along(
        points.map(([sum, measured]) => [measured, sum]),
        error,
      );
    },
  };
}

type Pair = readonly [from: number, to: number];

/** The measurements by their sums; those whose error does not rise are left out. */
function rising(measurements: readonly MeasuredError[]): Pair[] {
  const sorted = [...measurements].sort((a, b) => a.expected - b.expected || a.measured - b.measured);
  const points: Pair[] = [];
  for (const { expected, measured } of sorted) {
    const [sum, error] = points[points.length - 1] ?? [0, 0];
    if (expected > sum && measured > error) points.push([expected, measured]);
  }
  return points;
}

function along(points: readonly Pair[], value: number): number {
  if (points.length === 0 || value === 0) return value;
  const next = points.findIndex(([from]) => from >= value);
  if (next <= 0) {
    const [from, to] = points[next < 0 ? points.length - 1 : 0];
    return (value / from) * to;
  }
  const [[left, low], [right, high]] = [points[next - 1], points[next]];
  const part = Math.log(value / left) / Math.log(right / left);
  return low * (high / low) ** part;
}
