// Adaptive probabilities of binary decisions: the mean of a fast and a slow estimate.
import { CONTEXTS } from './model.ts';

/** Probabilities that a decision is 0, of 2^15, one for each context. */
export class Probabilities {
  readonly #fast = new Uint16Array(CONTEXTS).fill(1 << 15);
  readonly #slow = new Uint16Array(CONTEXTS).fill(1 << 15);

  /** Between 35 and 32732: the shifts keep both estimates off the ends. */
  zero(context: number): number {
    return (this.#fast[context] + this.#slow[context]) >>> 2;
  }

  learn(context: number, bit: number): void {
    const target = bit ? 0 : 65536;
    if (bit) {
      this.#fast[context] -= this.#fast[context] >> 4;
      this.#slow[context] -= this.#slow[context] >> 7;
    } else {
      this.#fast[context] += (target - this.#fast[context]) >> 4;
      this.#slow[context] += (target - this.#slow[context]) >> 7;
    }
  }
}
