// Encoder of a 32-bit binary range coder (Martin, 1979).
import { type BinaryCoder, CODED_BITS, type DecisionModel } from './binary-coder.ts';

/** Writes binary decisions. Carries propagate into the bytes already written. */
export class RangeEncoder implements BinaryCoder {
  readonly #model: DecisionModel;
  #bytes = new Uint8Array(1024);
  #length = 0;
  #low = 0;
  #range = 0xffffffff;

  constructor(model: DecisionModel) {
    this.#model = model;
  }

  bit(slot: number, wanted: number): number {
    const bound = (this.#range >>> CODED_BITS) * this.#model.probability(slot);
    this.#model.adapt(slot, wanted);
    return this.#narrow(bound, wanted);
  }

  even(wanted: number): number {
    return this.#narrow(this.#range >>> 1, wanted);
  }

  /**
   * Ends the stream and returns all bytes. The last four fill the register of the decoder at the end.
   *
   * @param rest a number below 2^24 that remains in the decoder's register at the end, as a check.
   */
  finish(rest = 0): Uint8Array {
    this.#low += rest;
    if (this.#low >= 2 ** 32) this.#carry();
    for (let i = 0; i < 4; i++) this.#shift();
    return this.#bytes.slice(0, this.#length);
  }

  #narrow(bound: number, wanted: number): number {
    if (wanted === 1) this.#range = bound;
    else {
      this.#low += bound;
      this.#range -= bound;
    }
    if (this.#low >= 2 ** 32) this.#carry();
    while (this.#range < 2 ** 24) {
      this.#shift();
      this.#range *= 256;
    }
    return wanted;
  }

  #carry(): void {
    this.#low -= 2 ** 32;
    let place = this.#length - 1;
    while (this.#bytes[place] === 255) this.#bytes[place--] = 0;
    this.#bytes[place] += 1;
  }

  #shift(): void {
    if (this.#length === this.#bytes.length) {
      const grown = new Uint8Array(this.#length * 2);
      grown.set(this.#bytes);
      this.#bytes = grown;
    }
    this.#bytes[this.#length++] = this.#low >>> 24;
    this.#low = (this.#low << 8) >>> 0;
  }
}
