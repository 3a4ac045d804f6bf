// Singular values and vectors of a bidiagonal matrix, by implicit QR steps.
import type { Kernels } from '@gcompress/core';
import type { Sweep } from '@gcompress/core/hosts';
import { hypotenuse, largestMagnitude } from '../products/norms.ts';
import { scaleInPlace, unitScale } from '../products/scale.ts';
import { assertConverging, ROTATION_WORK } from './spectrum.ts';

/** The rotations that took a bidiagonal matrix to diagonal form. */
export interface BidiagonalSweeps {
  readonly left: readonly Sweep[];
  readonly right: readonly Sweep[];
}

/** Lengths below this count as zero, because dividing by them would lose digits. The largest numbers are about 1. */
const NOTHING = 1e-200;

/**
 * Implicit QR iteration on the upper bidiagonal matrix with this diagonal and superdiagonal `[n]`; both are overwritten, the
 * diagonal with the singular values in no order; some may be negative. Shifted sweeps follow Golub and Reinsch
 * (1970). If a shift would spoil small values, sweeps without a shift follow Demmel and Kahan (1990).
 *
 * @throws GCompressError `non-finite` when it does not converge, which happens only for numbers that are not finite.
 */
export function diagonalizeBidiagonal(
  diagonal: Float64Array,
  superdiagonal: Float64Array,
  { onWork }: Pick<Kernels, 'onWork'>,
): BidiagonalSweeps {
  const left: Sweep[] = [];
  const right: Sweep[] = [];
  const scale = unitScale(diagonal, superdiagonal);
  scaleInPlace(diagonal, scale);
  scaleInPlace(superdiagonal, scale);
  // Dropping an entry moves no singular value by more than the entry. Without this bound, the iteration is very slow for
  // rank-deficient matrices: it compares rounding errors with neighbours that are rounding errors as well
  const negligible = (Number.EPSILON / 2) * Math.max(largestMagnitude(diagonal), largestMagnitude(superdiagonal));
  let end = diagonal.length - 1;
  while (end > 0) {
    const start = startOfBlock(diagonal, superdiagonal, end, negligible);
    if (start === end) {
      end--;
      continue;
    }
    assertConverging(left.length, diagonal.length, 'svd');
    const shift = shiftFor(diagonal, superdiagonal, start, end);
    const length = end - start;
    const onLeft = { from: start, cosines: new Float64Array(length), sines: new Float64Array(length) };
    const onRight = { from: start, cosines: new Float64Array(length), sines: new Float64Array(length) };
    if (shift === 0) sweepUnshifted(diagonal, superdiagonal, onLeft, onRight);
    else sweepShifted(diagonal, superdiagonal, shift, onLeft, onRight);
    left.push(onLeft);
    right.push(onRight);
    onWork?.(2 * ROTATION_WORK * length);
  }
  scaleInPlace(diagonal, 1 / scale);
  return { left, right };
}

/** First row of the unreduced block that ends in row `end`; negligible entries become zero. */
function startOfBlock(d: Float64Array, e: Float64Array, end: number, negligible: number): number {
  for (let i = end; i > 0; i--) {
    const bound = Math.max(negligible, Number.EPSILON * (Math.abs(d[i - 1]) + Math.abs(d[i])));
    if (Math.abs(e[i - 1]) <= bound) {
      e[i - 1] = 0;
      return i;
    }
  }
  return 0;
}

/**
 * Square root of the shift for the next sweep: the smallest singular value of the last two rows. 0 if a shift would not
 * change the result, or if the block is singular to working precision, because a shifted sweep cannot split such a block.
 */
function shiftFor(d: Float64Array, e: Float64Array, start: number, end: number): number {
  if (isSingular(d, e, start, end)) return 0;
  const f = Math.abs(d[end - 1]);
  const h = Math.abs(d[end]);
  const shift = 2 * f * (h / (hypotenuse(f + h, e[end - 1]) + hypotenuse(f - h, e[end - 1])));
  const ratio = shift / Math.abs(d[start]);
  return ratio * ratio < Number.EPSILON ? 0 : shift;
}

function isSingular(d: Float64Array, e: Float64Array, start: number, end: number): boolean {
  // Demmel and Kahan's lower bound for the smallest singular value, up to a factor √n
  let bound = Math.abs(d[start]);
  let smallest = bound;
  let largest = bound;
  for (let i = start; i < end; i++) {
    const coupling = Math.abs(e[i]);
    const entry = Math.abs(d[i + 1]);
    bound = bound === 0 ? 0 : entry * (bound / (bound + coupling));
    smallest = Math.min(smallest, bound);
    largest = Math.max(largest, entry, coupling);
  }
  return smallest <= Number.EPSILON * largest;
}

function sweepShifted(d: Float64Array, e: Float64Array, shift: number, left: Sweep, right: Sweep): void {
  const start = left.from;
  const end = start + left.cosines.length;
  const sign = d[start] < 0 ? -1 : 1;
  let f = (Math.abs(d[start]) - shift) * (sign + shift / d[start]);
  let g = e[start];
  for (let i = start; i < end; i++) {
    let r = hypotenuse(f, g);
    let c = r < NOTHING ? 1 : f / r;
    let s = r < NOTHING ? 0 : g / r;
    if (i > start) e[i - 1] = r;
    right.cosines[i - start] = c;
    right.sines[i - start] = s;
    f = c * d[i] + s * e[i];
    e[i] = c * e[i] - s * d[i];
    g = s * d[i + 1];
    d[i + 1] *= c;
    r = hypotenuse(f, g);
    c = r < NOTHING ? 1 : f / r;
    s = r < NOTHING ? 0 : g / r;
    d[i] = r;
    left.cosines[i - start] = c;
    left.sines[i - start] = s;
    f = c * e[i] + s * d[i + 1];
    d[i + 1] = c * d[i + 1] - s * e[i];
    if (i + 1 < end) {
      g = s * e[i + 1];
      e[i + 1] *= c;
    }
  }
  e[end - 1] = f;
}

function sweepUnshifted(d: Float64Array, e: Float64Array, left: Sweep, right: Sweep): void {
  const start = left.from;
  const end = start + left.cosines.length;
  let c = 1;
  let s = 0;
  let leftC = 1;
  let leftS = 0;
  for (let i = start; i < end; i++) {
    const f = d[i] * c;
    let r = hypotenuse(f, e[i]);
    c = r < NOTHING ? 1 : f / r;
    s = r < NOTHING ? 0 : e[i] / r;
    right.cosines[i - start] = c;
    right.sines[i - start] = s;
    if (i > start) e[i - 1] = leftS * r;
    const p = leftC * r;
    const q = d[i + 1] * s;
    r = hypotenuse(p, q);
    leftC = r < NOTHING ? 1 : p / r;
    leftS = r < NOTHING ? 0 : q / r;
    d[i] = r;
    left.cosines[i - start] = leftC;
    left.sines[i - start] = leftS;
  }
  const last = d[end] * c;
  d[end] = last * leftC;
  e[end - 1] = last * leftS;
}
