// Binary decisions and their probabilities: what encoders, decoders and counters of bits have in common.

/** Does a binary decision and says how it went: an encoder takes the wanted one, a decoder reads its own. */
export interface BinaryCoder {
  /** @param slot which probability; @param wanted 0 or 1. */
  bit(slot: number, wanted: number): number;
  /** A decision of even odds. */
  even(wanted: number): number;
}

/** Probabilities that adapt to the decisions. */
export interface DecisionModel {
  /** Probability that the decision of this slot is 1, in parts of 2^15, from 1 to 2^15 − 1. */
  probability(slot: number): number;
  /** Moves the probability towards what the decision was, 0 or 1. */
  adapt(slot: number, bit: number): void;
}

/** Bits of the probabilities that code. */
export const CODED_BITS = 15;
