// Finds the step at which the coded levels just fit in a number of bytes.
import { codedBits, type Rounded, roundForRate, type TrellisStates } from '@gcompress/coder';
import type { Matrix, Pace } from '@gcompress/core';

/** What a bit is worth in squared steps where error and rate are in balance: D ≈ step²/12 falls by 6 dB a bit, so −dD/dR = ln 2 / 6. */
export const BALANCE = Math.LN2 / 6;
/** A trellis has quantisers of twice the step. */
const TRELLIS_BALANCE = 3 * BALANCE;
/** Rounds of the search; each brings the rate closer by a factor of several. */
const ROUNDS = 12;
/** Progress of a round at which the values are rounded. */
const ROUNDED = 0.7;
/** The share of the bytes that the search may leave unused. */
export const CLOSE = 0.004;

/** What the search is to find. */
export interface Search {
  /** Step of each column, in units of the common step, `[n]`; 0 for a column of zeros. */
  readonly scales: Float64Array;
  /** What the error of each entry costs, or one number for all. */
  readonly weights: Float32Array;
  /** States with which the levels are chosen, and those with which they are coded where the levels allow it. */
  readonly trellis: TrellisStates;
  readonly stored: TrellisStates;
  readonly rateWeight: number;
  /** Bits that the levels may take. */
  readonly bits: number;
}

/** Levels and the common step that they are multiples of. */
export interface Found {
  readonly step: number;
  readonly levels: Int32Array;
}

/**
 * The levels with the smallest step whose code fits. Rounding heeds the bits of each level in proportion to the squared step, so that one
 * number decides about both.
 *
 * @param start where the search begins, if a step is known that is about right.
 */
export function searchStep(matrix: Matrix, search: Search, pace: Pace, start = 0): Found {
  const { shape, data } = matrix;
  const entries = data.length;
  const spread = rootMeanSquare(data, search.scales);
  pace(entries, 0);
  const none = { step: 0, levels: new Int32Array(entries) };
  if (spread === 0) return none;
  const most = largest(data, search.scales);
  pace(entries, 0);
  const exact = oneMagnitude(matrix, search, most);
  if (exact) return exact;
  pace(entries, 0);
  const smallest = smallestStep(most);
  // Where the entropy of normal values would be the wanted one
  let step = start || spread * 4.13 * 2 ** -(search.bits / entries) * (search.trellis === 0 ? 1 : 0.5);
  let best: Found = none;
  let fits = Number.POSITIVE_INFINITY;
  let tooSmall = 0;
  for (let round = 0; round < ROUNDS; round++) {
    step = Math.max(step, smallest);
    pace(entries, round / ROUNDS);
    const rounded = roundedAt(matrix, search, step, (operations, done) =>
      pace(operations, (round + ROUNDED * done) / ROUNDS),
    );
    const bits = codedBits(rounded.values, shape, search.stored, (operations, done) =>
      pace(operations, (round + ROUNDED + (1 - ROUNDED) * done) / ROUNDS),
    );
    if (bits <= search.bits) {
      if (step < fits) {
        fits = step;
        best = { step, levels: rounded.values };
      }
      if (step === smallest || bits > search.bits * (1 - CLOSE) || fits <= tooSmall * 1.0005) break;
    } else tooSmall = Math.max(tooSmall, step);
    step = nextStep(step, (bits - search.bits) / entries, tooSmall, fits);
  }
  return best;
}

/** The levels for a step that is given, or the smallest one with which all levels are integers of float32. */
export function levelsAt(matrix: Matrix, search: Search, wanted: number, pace: Pace): Found {
  const most = largest(matrix.data, search.scales);
  if (most === 0) return { step: 0, levels: new Int32Array(matrix.data.length) };
  // So that a step means as many bits with a trellis as without one
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
 * Levels −1, 0 and 1 of a matrix whose entries have one magnitude but for zeros: they are exact, and no smaller step is. The search would
 * go on to ever smaller steps, because all of them take few bits.
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

/** How far apart equal magnitudes may be once they were divided by scales that were rounded. */
const SAME = 1e-7;

/** What a bit is worth in squared steps. */
export function balanceOf({ trellis }: Search): number {
  return trellis === 0 ? BALANCE : TRELLIS_BALANCE;
}

/** The smallest step with which the largest magnitude is a level. */
export function smallestStep(most: number): number {
  return most / LARGEST;
}

/** A doubled step saves about a bit an entry; between two known steps, no further than the middle of their logarithms. */
export function nextStep(step: number, excess: number, tooSmall: number, fits: number): number {
  const next = step * 2 ** Math.max(-3, Math.min(3, excess + (excess > 0 ? 0.002 : -0.002)));
  if (next > tooSmall && next < fits) return next;
  if (tooSmall === 0) return fits / 2;
  return fits === Number.POSITIVE_INFINITY ? tooSmall * 2 : Math.sqrt(tooSmall * fits);
}

/** The entries in units of their steps. */
export function scaled({ shape: [, columns], data }: Matrix, scales: Float64Array, step: number): Float32Array {
  const values = new Float32Array(data.length);
  for (let at = 0, column = 0; at < data.length; at++) {
    const unit = step * scales[column];
    values[at] = unit === 0 ? 0 : data[at] / unit;
    if (++column === columns) column = 0;
  }
  return values;
}

/** The largest level: float32 has all integers up to here. */
export const LARGEST = 2 ** 23;

/** The largest magnitude, in the unit of the common step. */
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
