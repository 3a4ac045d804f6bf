// Counts the coded bits of binary decisions by the coder's adaptive probabilities, without writing bytes.
import { type BinaryCoder, CODED_BITS, type DecisionModel } from './range/binary-coder.ts';

const TABLE = 4096;

/** Counts the bits of decisions and leaves the model unchanged. */
export class BitCounter implements BinaryCoder {
  bits = 0;
  readonly #model: DecisionModel;
  readonly #costs = costs();

  constructor(model: DecisionModel) {
    this.#model = model;
  }

  bit(slot: number, wanted: number): number {
    const one = this.#model.probability(slot) >> (CODED_BITS - 12);
    this.bits += this.#costs[wanted === 1 ? one : TABLE - one];
    return wanted;
  }

  even(wanted: number): number {
    this.bits++;
    return wanted;
  }
}

/** Counts the bits of decisions and adapts the model to them. */
export class AdaptingCounter extends BitCounter {
  readonly #adapted: DecisionModel;

  constructor(model: DecisionModel) {
    super(model);
    this.#adapted = model;
  }

  override bit(slot: number, wanted: number): number {
    super.bit(slot, wanted);
    this.#adapted.adapt(slot, wanted);
    return wanted;
  }
}

let made: Float64Array | undefined;

/** Bits of each probability, computed once on first use: the table takes as long as coding a small matrix. */
function costs(): Float64Array {
  made ??= costTable();
  return made;
}

/** −log2(p / 4096) by repeated squaring: Math.log2 may differ between engines, products do not. */
function costTable(): Float64Array {
  return Float64Array.from({ length: TABLE + 1 }, (_, p) => {
    let mantissa = (p || 0.5) + (p < TABLE ? 0.5 : 0);
    let log = 0;
    for (; mantissa >= 2; mantissa /= 2) log += 1;
    for (let step = 0.5; step > 1e-6; step /= 2) {
      mantissa *= mantissa;
      if (mantissa >= 2) {
        mantissa /= 2;
        log += step;
      }
    }
    return 12 - log;
  });
}
