// Adaptive probabilities of codes: the mean of the decisions so far, which later becomes a moving average.
import type { DecisionModel } from '../range/binary-coder.ts';

/** Decisions after which a mean adapts at a constant rate. */
const MOST_SEEN = 255;
/** The least coded probability, 2^−9. It bounds the number of decisions in a byte. */
const LEAST = 64;

/** Each decision moves its mean by 1 / (1.5 + earlier decisions): the first decision counts for two thirds. */
export class MeanModel implements DecisionModel {
  readonly #means: Uint16Array;
  readonly #seen: Uint8Array;

  constructor(slots: number) {
    this.#means = new Uint16Array(slots).fill(2 ** 15);
    this.#seen = new Uint8Array(slots);
  }

  probability(slot: number): number {
    return Math.max(LEAST, this.#means[slot] >>> 1);
  }

  adapt(slot: number, bit: number): void {
    const seen = this.#seen[slot];
    this.#means[slot] += (bit * 65535 - this.#means[slot]) / (seen + 1.5);
    if (seen < MOST_SEEN) this.#seen[slot]++;
  }
}
