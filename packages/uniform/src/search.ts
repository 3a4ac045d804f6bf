// Searches the smallest step whose coded levels fit in a number of bits.
import { codedBits, type Rounded, roundForRate } from '@gcompress/coder';
import type { Matrix, Pace } from '@gcompress/core';
import { sampledColumns } from './sampled-columns.ts';
import type { Found, Search } from './search-terms.ts';
import { StepBracket } from './step-bracket.ts';

/** Price of a bit in squared steps that balances error and rate: D ≈ step²/12 falls by 6 dB a bit, so −dD/dR = ln 2 / 6. */
export const BALANCE = Math.LN2 / 6;
/** The price with a trellis, whose quantisers have twice the step. */
const TRELLIS_BALANCE = 3 * BALANCE;
/** Most rounds of the search; each brings the rate several times closer. */
const ROUNDS = 12;

/**
 * The levels with the smallest step whose code fits in `search.bits`. Rounding prices the bits of each level in proportion to the squared
 * step, so that the step alone controls both error and size.
 *
 * @param start a step near the result, if one is known; 0 otherwise.
 */
export function searchStep(matrix: Matrix, search: Search, pace: Pace, start = 0): Found {
  const { data } = matrix;
  const entries = data.length;
  const spread = rootMeanSquare(data, search.scales);
  pace(entries, 0);
  const none: Found = { step: 0, levels: new Int32Array(entries) };
  if (spread === 0) return none;
  const most = largest(data, search.scales);
  pace(entries, 0);
  const exact = oneMagnitude(matrix, search, most);
  if (exact) return exact;
  pace(entries, 0);
  const smallest = smallestStep(most);
  const bracket = new StepBracket(search.bits, entries);
  let step = start;
  if (step === 0) {
    const sample = sampledColumns(matrix, search);
    const found = sample && searchStep(sample.matrix, sample.search, (operations) => pace(operations, 0));
    // The step at which normally distributed values would have the wanted entropy
    step = found?.step || spread * 4.13 * 2 ** -(search.bits / entries) * (search.trellis === 0 ? 1 : 0.5);
    bracket.slope = found?.slope ?? 1;
  }
  let best = none;
  for (let round = 0; round < ROUNDS; round++) {
    step = Math.max(step, smallest);
    pace(entries, round / ROUNDS);
    const { values: levels, bits } = roundedAt(matrix, search, step, (operations, done) =>
      pace(operations, (round + done) / ROUNDS),
    );
    if (bits <= search.bits && step < bracket.fits) best = { step, levels, slope: bracket.slope };
    const isDone = bracket.add(step, bits);
    best = { ...best, slope: bracket.slope };
    if (isDone || (bits <= search.bits && step === smallest)) break;
    step = bracket.next(step, bits);
  }
  return best;
}

/** The levels for a given step, or for the smallest step whose levels are exact float32 integers if that is larger. */
export function levelsAt(matrix: Matrix, search: Search, wanted: number, pace: Pace): Found {
  const most = largest(matrix.data, search.scales);
  if (most === 0) return { step: 0, levels: new Int32Array(matrix.data.length) };
  // A step then costs as many bits with a trellis as without one
  const step = Math.max(search.trellis === 0 ? wanted : wanted / 2, smallestStep(most));
  return { step, levels: roundedAt(matrix, search, step, pace).values };
}

function roundedAt(matrix: Matrix, search: Search, step: number, pace: Pace): Rounded {
  const bitCost = search.rateWeight * balanceOf(search);
  const values = scaled(matrix, search.scales, step);
  return roundForRate(
    { shape: matrix.shape, values, weights: search.weights },
    { states: search.trellis, bitCost },
    pace,
  );
}

/**
 * Exact levels −1, 0 and 1 for a matrix whose nonzero entries all have one magnitude. The search would go on to ever smaller steps for such
 * a matrix, because every step takes few bits.
 */
export function oneMagnitude(
  { shape, data }: Matrix,
  { scales, bits, stored }: Search,
  most: number,
): Found | undefined {
  const [, columns] = shape;
  const levels = new Int32Array(data.length);
  for (let at = 0, column = 0; at < data.length; at++) {
    const magnitude = scales[column] > 0 ? Math.abs(data[at]) / scales[column] : 0;
    if (magnitude !== 0 && Math.abs(magnitude - most) > SAME * most) return undefined;
    if (magnitude !== 0) levels[at] = Math.sign(data[at]);
    if (++column === columns) column = 0;
  }
  return codedBits(levels, shape, stored) <= bits ? { step: most, levels } : undefined;
}

/** Relative tolerance for equal magnitudes, because division by rounded scales makes them differ. */
const SAME = 1e-7;

/** Price of a bit in squared steps, with or without a trellis. */
export function balanceOf({ trellis }: Search): number {
  return trellis === 0 ? BALANCE : TRELLIS_BALANCE;
}

/** The smallest step at which the level of the largest magnitude is an exact float32 integer. */
export function smallestStep(most: number): number {
  return most / LARGEST;
}

/** The entries divided by their steps. */
export function scaled({ shape: [, columns], data }: Matrix, scales: Float64Array, step: number): Float32Array {
  const values = new Float32Array(data.length);
  for (let at = 0, column = 0; at < data.length; at++) {
    const unit = step * scales[column];
    values[at] = unit === 0 ? 0 : data[at] / unit;
    if (++column === columns) column = 0;
  }
  return values;
}

/** The largest level. Float32 represents all integers up to here. */
export const LARGEST = 2 ** 23;

/** The largest magnitude after division by the column scales. */
export function largest(data: Float32Array, scales: Float64Array): number {
  let most = 0;
  for (let at = 0, column = 0; at < data.length; at++) {
    if (scales[column] > 0) most = Math.max(most, Math.abs(data[at]) / scales[column]);
    if (++column === scales.length) column = 0;
  }
  return most;
}

function rootMeanSquare(data: Float32Array, scales: Float64Array): number {
  let sum = 0;
  for (let at = 0, column = 0; at < data.length; at++) {
    const scale = scales[column];
    if (scale > 0) sum += (data[at] / scale) ** 2;
    if (++column === scales.length) column = 0;
  }
  return Math.sqrt(sum / data.length);
}
