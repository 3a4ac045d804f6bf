// A cache of the bits of each magnitude in each context; clearing it brings it up to date with the model's probabilities.
import type { CountingLevelModel } from './counting-level-model.ts';
import { BUCKETS } from './level-model.ts';

/** Magnitudes below this are cached. */
const MAGNITUDES = 64;
/** Numbers of nonzero neighbours: 0, 1 or 2. */
export const NEIGHBOURS = 3;

/** Bits of magnitudes by context. Each is computed once between two calls of `clear`. */
export class BitTable {
  readonly #bits = new Float32Array(2 * BUCKETS * NEIGHBOURS * MAGNITUDES);
  readonly #model: CountingLevelModel;

  constructor(model: CountingLevelModel) {
    this.#model = model;
  }

  clear(): void {
    this.#bits.fill(-1);
  }

  of(quantiser: number, bucket: number, neighbours: number, magnitude: number): number {
    return this.at((quantiser * BUCKETS + bucket) * NEIGHBOURS + neighbours, magnitude);
  }

  /** The same for the number of a context, `(quantiser · BUCKETS + bucket) · NEIGHBOURS + neighbours`. */
  at(context: number, magnitude: number): number {
    if (magnitude >= MAGNITUDES) return this.#count(context, magnitude);
    const place = context * MAGNITUDES + magnitude;
    if (this.#bits[place] < 0) this.#bits[place] = this.#count(context, magnitude);
    return this.#bits[place];
  }

  #count(context: number, magnitude: number): number {
    const neighbours = context % NEIGHBOURS;
    const both = (context - neighbours) / NEIGHBOURS;
    return this.#model.bitsOf(both >= BUCKETS ? 1 : 0, both % BUCKETS, neighbours, magnitude);
  }
}
