// The context model of integer levels, shared by encoder, decoder and rounding: contexts from row and column, adaptive probabilities.
import type { BinaryCoder, DecisionModel } from '../range/binary-coder.ts';

/** Adaptation rates of a fast and a slow estimate, as shifts. Both adapt faster at first. */
const FAST = 5;
const SLOW = 8;
/** Means have 8 fractional bits and stay below 128, so that a product of two of them fits 30 bits. */
const FRACTION = 8;
const LARGEST_MEAN = 2 ** 15 - 1;
const MEAN_SHIFT = 5;
/** Contexts of a quantiser, by twice the binary logarithm of the expected magnitude. */
export const BUCKETS = 32;
/** Decisions of a context: is the level zero (by neighbours); the bit length of the magnitude; the lower bits of magnitudes 2 to 7. */
export const CLASS = 3;
export const CLASSES = 32;
export const LOW_BITS = CLASS + CLASSES;
export const STRIDE = 40;
/** Decisions shared by all contexts: the three bits below the highest bit of larger magnitudes. */
export const SHARED = 2 * BUCKETS * STRIDE;
export const SHARED_BITS = 3;
const DECISIONS = SHARED + CLASSES * 2 ** SHARED_BITS;

/** Adaptive state for the entries of a matrix, row by row. */
export class LevelModel implements DecisionModel {
  /** Nonzero neighbours to the left and above, 0 to 2. */
  neighbours = 0;
  protected column = 0;
  protected row = 0;
  protected rowMean = 0;
  /** A slow mean over all entries; each row starts from it. */
  protected overall = 0;
  protected readonly means: Uint16Array;
  /** Whether the last entry of each column is nonzero, after a first place that stays 0: left of the first column is nothing. */
  protected readonly above: Uint8Array;
  protected readonly fast = new Uint16Array(DECISIONS).fill(2 ** 15);
  protected readonly slow = new Uint16Array(DECISIONS).fill(2 ** 15);
  protected readonly seen = new Uint8Array(DECISIONS);

  constructor(columns: number) {
    this.means = new Uint16Array(columns);
    this.above = new Uint8Array(columns + 1);
  }

  /** Probabilities have 16 bits for adaptation and 15 for coding. */
  probability(slot: number): number {
    return (this.fast[slot] + this.slow[slot]) >>> 2 || 1;
  }

  adapt(slot: number, bit: number): void {
    const count = this.seen[slot];
    if (count < SLOW) this.seen[slot]++;
    const target = bit * 65535;
    this.fast[slot] += (target - this.fast[slot]) >> Math.min(count + 1, FAST);
    this.slow[slot] += (target - this.slow[slot]) >> Math.min(count + 1, SLOW);
  }

  /** The context of the next entry. */
  bucket(): number {
    this.neighbours = this.above[this.column] + this.above[this.column + 1];
    return 31 - Math.clz32(this.rowMean * this.means[this.column] + 1);
  }

  /** Updates the contexts with the magnitude of the current entry and moves on to the next. */
  observe(magnitude: number): void {
    const column = this.column;
    const row = this.row;
    const scaled = Math.min(Math.min(magnitude, 128) << FRACTION, LARGEST_MEAN);
    this.means[column] += (scaled - this.means[column]) >> Math.min(MEAN_SHIFT, 32 - Math.clz32(row));
    this.rowMean += (scaled - this.rowMean) >> Math.min(MEAN_SHIFT, row ? MEAN_SHIFT : 32 - Math.clz32(column));
    this.overall += (scaled - this.overall) >> (row ? MEAN_SHIFT + 3 : MEAN_SHIFT);
    this.column++;
    this.above[this.column] = magnitude && 1;
    if (this.column === this.means.length) {
      this.column = 0;
      this.row++;
      this.rowMean = this.overall;
    }
  }
}

/**
 * Codes one integer: zero or not, the sign, the bit length in unary, and the bits below the highest.
 *
 * @param wanted the integer to write; a decoder passes 0.
 * @returns the integer written or read.
 */
export function codeLevel(
  coder: BinaryCoder,
  quantiser: number,
  bucket: number,
  neighbours: number,
  wanted: number,
): number {
  const base = (quantiser * BUCKETS + bucket) * STRIDE;
  const size = Math.abs(wanted);
  if (!coder.bit(base + neighbours, size && 1)) return 0;
  const negative = coder.even(wanted < 0 ? 1 : 0);
  let bits = 0;
  while (bits < CLASSES - 1 && coder.bit(base + CLASS + bits, size >>> (bits + 1) && 1)) bits++;
  const tree = bits < SHARED_BITS ? base + LOW_BITS + bits - 2 : SHARED + bits * 2 ** SHARED_BITS;
  let magnitude = 1;
  for (let at = bits - 1; at >= 0; at--) {
    const bit = (size >>> at) & 1;
    magnitude = 2 * magnitude + (at >= bits - SHARED_BITS ? coder.bit(tree + magnitude, bit) : coder.even(bit));
  }
  return negative ? -magnitude : magnitude;
}
