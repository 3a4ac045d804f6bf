// Scales values by a power of two, so that squares stay within range.
import { largestMagnitude } from './norms.ts';

/** Exponents beyond these would leave float64 on the way there or back. */
const LARGEST_EXPONENT = 1000;

/**
 * The power of two that brings the largest magnitude into [0.5, 1), or as near as float64 can: no square overflows or
 * vanishes then, and multiplying by it rounds nothing that counts. 1 for zeros, and for what is not finite.
 */
export function unitScale(...arrays: readonly ArrayLike<number>[]): number {
  let rest = arrays.reduce((largest, array) => Math.max(largest, largestMagnitude(array)), 0);
  if (rest === 0 || !Number.isFinite(rest)) return 1;
  let exponent = 0;
  for (; rest >= 1; rest /= 2) exponent--;
  for (; rest < 0.5; rest *= 2) exponent++;
  return 2 ** Math.min(LARGEST_EXPONENT, Math.max(-LARGEST_EXPONENT, exponent));
}

/** Multiplies in place. */
export function scaleInPlace(values: Float64Array, scale: number): void {
  for (let i = 0; i < values.length; i++) values[i] *= scale;
}
