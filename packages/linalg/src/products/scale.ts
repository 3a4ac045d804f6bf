// Scales values by a power of two, so that their squares neither overflow nor vanish.
import { largestMagnitude } from './norms.ts';

/** Larger exponents would exceed float64 when scaling or scaling back. */
const LARGEST_EXPONENT = 1000;

/**
 * The power of two that brings the largest magnitude into [0.5, 1), or as near as float64 allows. Squares then neither
 * overflow nor vanish, and scaling causes no significant rounding. 1 for zeros and for values that are not finite.
 */
export function unitScale(...arrays: readonly ArrayLike<number>[]): number {
  let rest = arrays.reduce((largest, array) => Math.max(largest, largestMagnitude(array)), 0);
  if (rest === 0 || !Number.isFinite(rest)) return 1;
  let exponent = 0;
  for (; rest >= 1; rest /= 2) exponent--;
  for (; rest < 0.5; rest *= 2) exponent++;
  return 2 ** Math.min(LARGEST_EXPONENT, Math.max(-LARGEST_EXPONENT, exponent));
}

/** Multiplies values by `scale` in place. */
export function scaleInPlace(values: Float64Array, scale: number): void {
  for (let i = 0; i < values.length; i++) values[i] *= scale;
}
