// Moments of few inputs, shrunk towards those of independent inputs, so that they hold for other inputs too.
import type { InputMoments } from '@gcompress/core';
import { assertMoments } from '../calls/arguments.ts';

/** A smaller weight would change less than the damping that methods add. */
const LEAST_WEIGHT = 0.01;

/**
 * Moments that also hold for inputs that were not observed: `(1 − ρ)·M + ρ·t·I` for the moments M with the mean diagonal t. Fewer inputs than
 * rows leave directions in which no input lies; errors in these directions would seem to cost nothing. The weight ρ, from 0 to 1, falls with
 * the number of inputs, and depends on the moments alone.
 *
 * Source: oracle approximating shrinkage, equation 23 of Chen, Wiesel, Eldar and Hero, "Shrinkage algorithms for MMSE covariance estimation",
 * IEEE Transactions on Signal Processing 58(10), 2010. It is derived for independent inputs. The patches of a picture are not independent, and
 * get rather too small a weight.
 *
 * @returns the given moments if ρ is below 0.01.
 * @throws GCompressError `invalid-option` when the argument is not moments.
 */
export function shrunkMoments(moments: InputMoments): InputMoments {
  assertMoments('shrunkMoments', moments);
  const { size, count, values } = moments;
  const { weight, mean } = shrinkage(moments);
  if (!(weight >= LEAST_WEIGHT)) return moments;
  const shrunk = values.map((value) => (1 - weight) * value);
  for (let i = 0; i < size; i++) shrunk[i * size + i] += weight * mean;
  return { size, count, values: shrunk };
}

/** The weight ρ, and the mean of the diagonal. The weight is no number where the moments exceed what float64 can square. */
function shrinkage({ size, count, values }: InputMoments): { readonly weight: number; readonly mean: number } {
  let largest = 0;
  for (let i = 0; i < size; i++) largest = Math.max(largest, values[i * size + i]);
  // Relative to the largest, so that sums do not overflow
  let [trace, squares] = [0, 0];
  for (let i = 0; i < size; i++) trace += values[i * size + i] / largest;
  for (let at = 0; at < values.length; at++) squares += (values[at] / largest) ** 2;
  const apart = squares - trace ** 2 / size;
  const weight = ((1 - 2 / size) * squares + trace ** 2) / ((count + 1 - 2 / size) * apart);
  return { weight: apart > 0 ? Math.min(1, weight) : Number.NaN, mean: (trace / size) * largest };
}
