// The steps that a search tries: a secant on the size of the code, within a bracket.

/** The share of the bits that a search may leave unused. */
export const CLOSE = 0.004;
/** Doubling a step saves about one bit an entry at high rates, and less at low ones. */
const SLOPES = [0.05, 1.5] as const;
/** Most doublings of a step at once. */
const FARTHEST = 3;

/** What is known about the step whose code takes a number of bits. */
export class StepBracket {
  /** Smallest step that fits so far. */
  fits = Number.POSITIVE_INFINITY;
  /** Largest step that does not fit so far. */
  tooSmall = 0;
  /** Bits an entry that a doubling of the step saves. */
  slope: number;
  readonly #bits: number;
  readonly #entries: number;
  #last: { readonly doublings: number; readonly bits: number } | undefined;

  /** @param bits the most bits that the code may take. */
  constructor(bits: number, entries: number, slope = 1) {
    this.#bits = bits;
    this.#entries = entries;
    this.slope = slope;
  }

  /** Takes the bits of a step into account. Returns true when no better step is worth another round. */
  add(step: number, bits: number): boolean {
    const doublings = Math.log2(step);
    if (this.#last && Math.abs(doublings - this.#last.doublings) > 1e-4) {
      const slope = (this.#last.bits - bits) / this.#entries / (doublings - this.#last.doublings);
      this.slope = Math.max(SLOPES[0], Math.min(SLOPES[1], slope));
    }
    this.#last = { doublings, bits };
    if (bits > this.#bits) {
      this.tooSmall = Math.max(this.tooSmall, step);
      return false;
    }
    this.fits = Math.min(this.fits, step);
    return bits > this.#bits * (1 - CLOSE) || this.fits <= this.tooSmall * 1.0005;
  }

  /** The next step to try after {@link add}. Bisects the logarithms if the secant leaves the bracket. */
  next(step: number, bits: number): number {
    const excess = (bits - this.#bits * (1 - CLOSE / 2)) / this.#entries / this.slope;
    const next = step * 2 ** Math.max(-FARTHEST, Math.min(FARTHEST, excess));
    const { tooSmall, fits } = this;
    if (next > tooSmall && next < fits) return next;
    if (tooSmall === 0) return fits / 2;
    return fits === Number.POSITIVE_INFINITY ? tooSmall * 2 : Math.sqrt(tooSmall * fits);
  }
}
