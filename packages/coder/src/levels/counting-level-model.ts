// A level model that counts the bits of levels without writing them: what codeLevel codes, in loops for integers alone.

import { CODED_BITS } from '../range/binary-coder.ts';
import { costs, TABLE } from './bit-costs.ts';
import { BUCKETS, CLASS, CLASSES, LOW_BITS, SHARED, SHARED_BITS, STRIDE } from './level-model.ts';
import { WalkingLevelModel } from './walking-level-model.ts';

/** Shift from a sum of two 16-bit probabilities to an index of the table of costs, which has 12 bits. */
const TO_TABLE = 2 + CODED_BITS - 12;

/** A {@link WalkingLevelModel} for encoders that estimate sizes many times more often than they write. */
export class CountingLevelModel extends WalkingLevelModel {
  readonly #costs = costs();

  /** Bits of a level of this magnitude, with its sign; the probabilities adapt to it, as in coding. */
  count(quantiser: number, bucket: number, neighbours: number, magnitude: number): number {
    return this.#level(quantiser, bucket, neighbours, magnitude, true);
  }

  /** The same bits; the probabilities stay as they are. */
  bitsOf(quantiser: number, bucket: number, neighbours: number, magnitude: number): number {
    return this.#level(quantiser, bucket, neighbours, magnitude, false);
  }

  #level(quantiser: number, bucket: number, neighbours: number, magnitude: number, adapts: boolean): number {
    const base = (quantiser * BUCKETS + bucket) * STRIDE;
    if (magnitude === 0) return this.#decision(base + neighbours, 0, adapts);
    let bits = 1 + this.#decision(base + neighbours, 1, adapts);
    const length = 31 - Math.clz32(magnitude);
    for (let at = 0; at < length; at++) bits += this.#decision(base + CLASS + at, 1, adapts);
    if (length < CLASSES - 1) bits += this.#decision(base + CLASS + length, 0, adapts);
    const tree = length < SHARED_BITS ? base + LOW_BITS + length : SHARED + length * 2 ** SHARED_BITS;
    const even = Math.max(0, length - SHARED_BITS);
    for (let at = length - 1; at >= even; at--) {
      bits += this.#decision(tree + (magnitude >>> (at + 1)), (magnitude >>> at) & 1, adapts);
    }
    return bits + even;
  }

  #decision(slot: number, wanted: number, adapts: boolean): number {
    const one = (this.fast[slot] + this.slow[slot]) >>> TO_TABLE;
    const bits = this.#costs[wanted === 1 ? one : TABLE - one];
    if (adapts) this.adapt(slot, wanted);
    return bits;
  }
}
