// Values in ascending order with their weights, by a radix sort.
import type { Pace } from '@gcompress/core';

/** Multiplications that take about as long as sorting one value by one digit. */
const OPERATIONS_OF_PASS = 32;

/** Values between two reports of progress. */
const VALUES = 2 ** 14;

/** The points of one-dimensional k-means. */
export interface SortedPoints {
  /** Distinct, ascending. */
  readonly values: Float32Array | Float64Array;
  /** Total weight of each value, above 0; without weights, its number of occurrences. A pinned zero may have weight 0. */
  readonly weights: Float64Array;
  /** Index of a zero whose centroid must be 0; −1 without such a zero. */
  readonly pinned: number;
}

/**
 * The distinct values with their total weights, without values of weight 0.
 *
 * @param weights one for each value, at least 0; undefined for weights of 1.
 * @param pinZero true if the centroid of the cluster around zero must be exactly 0; adds a zero if the values have none.
 */
export function sortPoints(
  values: Float32Array,
  weights: Float32Array | undefined,
  pinZero: boolean,
  pace?: Pace,
): SortedPoints {
  const sorted = sortFloats(values, weights, pace);
  const distinct = sorted.values;
  const totals = new Float64Array(values.length);
  let count = 0;
  for (let i = 0; i < values.length; i++) {
    if (i % VALUES === 0) pace?.(VALUES, 1);
    const weight = sorted.weights === undefined ? 1 : sorted.weights[i];
    if (weight === 0) continue;
    // In place: never more values are written than read. Adding 0 turns −0 into 0
    if (count === 0 || distinct[count - 1] !== distinct[i]) distinct[count++] = distinct[i] + 0;
    totals[count - 1] += weight;
  }
  const points = { values: distinct.subarray(0, count), weights: totals.subarray(0, count), pinned: -1 };
  return pinZero ? withPinnedZero(points) : points;
}

/** The points with one zero among them, whose centroid stays 0. If the points have no zero, one of weight 0 is added. */
export function withPinnedZero({ values, weights }: SortedPoints): SortedPoints {
  const following = values.findIndex((value) => value >= 0);
  const pinned = following < 0 ? values.length : following;
  if (values[pinned] === 0) return { values, weights, pinned };
  const length = values.length + 1;
  const inserted = <A extends Float32Array | Float64Array>(source: A, target: A): A => {
    target.set(source.subarray(0, pinned));
    target.set(source.subarray(pinned), pinned + 1);
    return target;
  };
  return {
    values: inserted(values, values instanceof Float32Array ? new Float32Array(length) : new Float64Array(length)),
    weights: inserted(weights, new Float64Array(length)),
    pinned,
  };
}

/**
 * Floats in ascending order with their weights, in new arrays: a radix sort of their bits, many times faster than
 * `Float32Array.sort`. The values must not contain NaN.
 */
export function sortFloats(
  values: Float32Array,
  weights?: Float32Array,
  pace?: Pace,
): { readonly values: Float32Array; readonly weights: Float32Array | undefined } {
  // Two passes over 2¹⁶ counters are fastest for more values than counters
  const digitBits = values.length > 2 ** 16 ? 16 : 8;
  let keys = orderedBits(values, pace);
  let companions = weights?.slice();
  let nextKeys = new Uint32Array(values.length);
  let nextCompanions = weights && new Float32Array(values.length);
  for (let shift = 0; shift < 32; shift += digitBits) {
    const pass: Pace = (operations, done) => pace?.(operations, (shift + digitBits * done) / 32);
    sortByDigit({ keys, companions }, { keys: nextKeys, companions: nextCompanions }, shift, digitBits, pass);
    [keys, nextKeys] = [nextKeys, keys];
    [companions, nextCompanions] = [nextCompanions, companions];
  }
  return { values: floatsOf(keys, pace), weights: companions };
}

interface Keyed {
  readonly keys: Uint32Array;
  readonly companions: Float32Array | undefined;
}

/** One stable pass: sorts by the `bits` that begin at `shift`. */
function sortByDigit(from: Keyed, to: Keyed, shift: number, bits: number, pace: Pace): void {
  const { keys, companions } = from;
  const { keys: nextKeys, companions: nextCompanions } = to;
  const mask = 2 ** bits - 1;
  const positions = new Uint32Array(mask + 2);
  for (let i = 0; i < keys.length; i++) {
    if (i % VALUES === 0) pace(VALUES, (0.3 * i) / keys.length);
    positions[((keys[i] >>> shift) & mask) + 1]++;
  }
  for (let digit = 1; digit <= mask; digit++) positions[digit] += positions[digit - 1];
  for (let i = 0; i < keys.length; i++) {
    if (i % VALUES === 0) pace(OPERATIONS_OF_PASS * VALUES, 0.3 + (0.7 * i) / keys.length);
    const at = positions[(keys[i] >>> shift) & mask]++;
    nextKeys[at] = keys[i];
    if (companions && nextCompanions) nextCompanions[at] = companions[i];
  }
}

/** Unsigned integers in the order of the floats: all bits of negative floats are flipped, positive floats get the top bit. */
function orderedBits(values: Float32Array, pace?: Pace): Uint32Array<ArrayBuffer> {
  const bits = new Int32Array(values.buffer, values.byteOffset, values.length);
  const keys = new Uint32Array(values.length);
  for (let i = 0; i < keys.length; i++) {
    if (i % VALUES === 0) pace?.(VALUES, 0);
    keys[i] = bits[i] ^ ((bits[i] >> 31) | 0x80000000);
  }
  return keys;
}

/** Undoes {@link orderedBits} in place. */
function floatsOf(keys: Uint32Array<ArrayBuffer>, pace?: Pace): Float32Array {
  for (let i = 0; i < keys.length; i++) {
    if (i % VALUES === 0) pace?.(VALUES, 1);
    keys[i] ^= ~(keys[i] >> 31) | 0x80000000;
  }
  return new Float32Array(keys.buffer);
}
