// The model of integer levels, shared by encoder, decoder and rounding: the decisions of a level and their adaptive probabilities.
import type { BinaryCoder, DecisionModel } from '../range/binary-coder.ts';

/** Adaptation rates of a fast and a slow estimate, as shifts. Both adapt faster at first. */
const FAST = 5;
const SLOW = 8;
/** Contexts of a quantiser, by twice the binary logarithm of the expected magnitude. */
export const BUCKETS = 32;
/** Decisions of a context: is the level zero (by neighbours); the bit length of the magnitude; the lower bits of magnitudes 2 to 7. */
export const CLASS = 3;
export const CLASSES = 32;
/** Lower bits are at this place, the bit length and the higher bits together. */
export const LOW_BITS = CLASS + CLASSES - 2;
export const STRIDE = 40;
/** Decisions shared by all contexts: the three bits below the highest bit of larger magnitudes. */
export const SHARED = 2 * BUCKETS * STRIDE;
export const SHARED_BITS = 3;
const DECISIONS = SHARED + CLASSES * 2 ** SHARED_BITS;

/** Adaptive probabilities of all decisions. */
export class LevelProbabilities implements DecisionModel {
  protected readonly fast = new Uint16Array(DECISIONS).fill(2 ** 15);
  protected readonly slow = new Uint16Array(DECISIONS).fill(2 ** 15);
  /** The shift of the next adaptation of each decision. */
  protected readonly rates = new Uint8Array(DECISIONS).fill(1);

  /** Probabilities have 16 bits for adaptation and 15 for coding. */
  probability(slot: number): number {
    return (this.fast[slot] + this.slow[slot]) >>> 2 || 1;
  }

  adapt(slot: number, bit: number): void {
    const rate = this.rates[slot];
    if (rate < SLOW) this.rates[slot]++;
    const target = bit * 65535;
    this.fast[slot] += (target - this.fast[slot]) >> Math.min(rate, FAST);
    this.slow[slot] += (target - this.slow[slot]) >> rate;
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
  const tree = bits < SHARED_BITS ? base + LOW_BITS + bits : SHARED + bits * 2 ** SHARED_BITS;
  let magnitude = 1;
  for (let at = bits; at-- > 0; ) {
    const bit = (size >>> at) & 1;
    magnitude = 2 * magnitude + (at >= bits - SHARED_BITS ? coder.bit(tree + magnitude, bit) : coder.even(bit));
  }
  return negative ? -magnitude : magnitude;
}
