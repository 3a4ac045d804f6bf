// The common interface of encoders, decoders and bit counters: binary decisions with adaptive probabilities.

/** Codes binary decisions. An encoder writes the wanted decision and returns it; a decoder ignores it and returns the decision it reads. */
export interface BinaryCoder {
  /** @param slot which probability; @param wanted 0 or 1. */
  bit(slot: number, wanted: number): number;
  /** A decision with probability ½ that does not adapt, such as a sign. */
  even(wanted: number): number;
}

/** Probabilities that adapt to the decisions. */
export interface DecisionModel {
  /** Probability that the decision of this slot is 1, in parts of 2^15, from 1 to 2^15 − 1. */
  probability(slot: number): number;
  /** Moves the probability towards the decision `bit`, 0 or 1. */
  adapt(slot: number, bit: number): void;
}

/** Bits of the probabilities used for coding. */
export const CODED_BITS = 15;
