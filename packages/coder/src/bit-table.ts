// A cache of the bits of each magnitude in each context; clearing it brings it up to date with the model's probabilities.
import { BitCounter } from './bit-counter.ts';
import { BUCKETS, codeLevel, type LevelModel } from './level-model.ts';

/** Magnitudes below this are cached. */
const MAGNITUDES = 64;
const NEIGHBOURS = 3;

/** Bits of magnitudes by context. Each is computed once between two calls of `clear`. */
export class BitTable {
  readonly #bits = new Float32Array(2 * BUCKETS * NEIGHBOURS * MAGNITUDES);
  readonly #counter: BitCounter;

  constructor(model: LevelModel) {
    this.#counter = new BitCounter(model);
  }

  clear(): void {
    this.#bits.fill(-1);
  }

  of(quantiser: number, bucket: number, neighbours: number, magnitude: number): number {
    if (magnitude >= MAGNITUDES) return this.#count(quantiser, bucket, neighbours, magnitude);
    const at = ((quantiser * BUCKETS + bucket) * NEIGHBOURS + neighbours) * MAGNITUDES + magnitude;
    if (this.#bits[at] < 0) this.#bits[at] = this.#count(quantiser, bucket, neighbours, magnitude);
    return this.#bits[at];
  }

  #count(quantiser: number, bucket: number, neighbours: number, magnitude: number): number {
    this.#counter.bits = 0;
    codeLevel(this.#counter, quantiser, bucket, neighbours, magnitude);
    return this.#counter.bits;
  }
}
