// Compares a gradient with finite differences.
import { createRandom } from '@gcompress/core';
import { assertNumber, assertType } from '@gcompress/core/checks';
import { assertNumbers } from '../assertions/argument-checks.ts';
import { ConformanceError } from '../assertions/assertions.ts';

/** The values of several variables, by name. */
export type NamedValues = Readonly<Record<string, Float32Array>>;

/** The arguments of {@link gradientCheck}. Functions, so that any host can be checked. */
export interface GradientCheckOptions {
  /** The point at which the gradient is taken. */
  readonly values: NamedValues;
  /** A number that depends on all the values. */
  loss(values: NamedValues): number | PromiseLike<number>;
  /** The host's derivative of the loss by each value. */
  gradients(values: NamedValues): NamedValues | PromiseLike<NamedValues>;
  /** Length of a step, as a part of the root mean square of a variable's values. Default 0.01. */
  readonly step?: number;
  /** The allowed difference, relative to the effect of a gradient of that size in a random direction. Default 0.01. */
  readonly tolerance?: number;
  /** Random directions for each variable. Default 4. */
  readonly directions?: number;
  /** Default 1. */
  readonly seed?: number;
}

/**
 * Compares a host's gradients with central differences: how much the loss changes between two points on either side of
 * `values`, in random directions of one variable at a time. A loss that is linear in each variable, such as a product of
 * factors, has no discretisation error, so `step` may be large enough for float32.
 *
 * @returns the largest difference found, in units of `tolerance`: at most 1.
 * @throws ConformanceError that names the variable and both numbers.
 */
export async function gradientCheck(options: GradientCheckOptions): Promise<number> {
  assertType('gradientCheck', 'options', options, 'object');
  const { values, loss, gradients, step = 0.01, tolerance = 0.01, directions = 4, seed = 1 } = options;
  assertType('gradientCheck', 'values', values, 'object');
  for (const [name, value] of Object.entries(values)) assertNumbers(`gradientCheck values '${name}'`, value);
  assertType('gradientCheck', 'loss', loss, 'function');
  assertType('gradientCheck', 'gradients', gradients, 'function');
  assertNumber('gradientCheck', 'step', step, { above: 0 });
  assertNumber('gradientCheck', 'tolerance', tolerance, { min: 0 });
  assertNumber('gradientCheck', 'directions', directions, { min: 1, integer: true });
  const random = createRandom(seed);
  const gradient = await gradients(values);
  let worst = 0;
  for (const [name, at] of Object.entries(values)) {
    const slope = Object.hasOwn(gradient, name) ? gradient[name] : undefined;
    if (slope?.length !== at.length) {
      throw new ConformanceError(
        `gradient of '${name}': ${slope ? slope.length : 'no'} numbers where ${at.length} belong`,
      );
    }
    const size = step * (rootMeanSquare(at) || 1);
    for (let direction = 0; direction < directions; direction++) {
      const towards = at.map(() => size * random.normal());
      const ahead = at.map((value, i) => value + towards[i]);
      const behind = at.map((value, i) => value - towards[i]);
      const lossAhead = await loss({ ...values, [name]: ahead });
      const lossBehind = await loss({ ...values, [name]: behind });
      const moved = ahead.map((value, i) => value - behind[i]);
      const observed = lossAhead - lossBehind;
      const predicted = slope.reduce((sum, value, i) => sum + value * moved[i], 0);
      const typical = rootMeanSquare(slope) * rootMeanSquare(moved) * Math.sqrt(at.length);
      // The host rounds the loss to float32, and so does each sum that it is made of
      const noise = 2 ** -20 * Math.max(Math.abs(lossAhead), Math.abs(lossBehind));
      const allowed = tolerance * Math.max(Math.abs(observed), Math.abs(predicted), typical) + noise;
      const apart = Math.abs(observed - predicted);
      if (!(apart <= allowed)) {
        throw new ConformanceError(
          `gradient of '${name}', direction ${direction}: the loss changes by ${observed}, the gradient says ${predicted}; ${allowed} apart is allowed`,
        );
      }
      worst = Math.max(worst, apart / (allowed || 1));
    }
  }
  return worst;
}

function rootMeanSquare(values: Float32Array): number {
  return Math.sqrt(values.reduce((sum, value) => sum + value * value, 0) / (values.length || 1));
}
