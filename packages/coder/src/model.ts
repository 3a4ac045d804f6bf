// The one description of contexts and binarisation that encoder, decoder and cost model all run.

/** Codes one binary decision in a context: encoders write `bit` and return it, decoders return what they read. */
export interface BitCoder {
  bit(context: number, bit: number): number;
}

/** Levels of a density: half octaves of 16 bits. */
const LEVELS = 12;
const SIGN = LEVELS * 2 * 3;
const UNARY = SIGN + 1;
/** Magnitudes above this are escaped. */
const ESCAPE = 15;
const EXPONENT = UNARY + ESCAPE;
const MANTISSA = EXPONENT + 32;
/** How many contexts a coder needs. */
export const CONTEXTS = MANTISSA + 1;

/** Densities of the rows and columns so far, and how a value becomes binary decisions in contexts made of them. */
export class Model {
  readonly #columns: Uint16Array;
  readonly #above: Uint8Array;
  #row = 1 << 12;
  #all = 1 << 12;
  #column = 0;
  #left = 0;

  constructor(columns: number) {
    this.#columns = new Uint16Array(columns).fill(1 << 12);
    this.#above = new Uint8Array(columns);
  }

  /** Codes the value of this column in the current row, without learning from it. Returns the value. */
  code(coder: BitCoder, value: number, column: number): number {
    const densities = level(this.#row) + level(this.#columns[column]);
    const neighbours = this.#left + this.#above[column];
    if (coder.bit(densities * 3 + neighbours, value === 0 ? 0 : 1) === 0) return 0;
    const negative = coder.bit(SIGN, value < 0 ? 1 : 0);
    const magnitude = codeMagnitude(coder, Math.abs(value));
    return negative ? -magnitude : magnitude;
  }

  /** Codes the next value in row-major order and moves on. */
  next(coder: BitCoder, value: number): number {
    const coded = this.code(coder, value, this.#column);
    this.advance(coded);
    return coded;
  }

  /** Learns the value of the next place in row-major order. */
  advance(value: number): void {
    const column = this.#column;
    const target = value === 0 ? 0 : 65535;
    const columns = this.#columns;
    columns[column] += (target - columns[column]) >> 6;
    this.#row += (target - this.#row) >> 6;
    this.#all += (target - this.#all) >> 9;
    this.#left = this.#above[column] = value === 0 ? 0 : 1;
    if (column + 1 < columns.length) this.#column = column + 1;
    else {
      this.#column = this.#left = 0;
      this.#row = this.#all;
    }
  }
}

/** Half octaves below the full density, at most LEVELS - 1. */
function level(density: number): number {
  const octave = Math.clz32(density | 128) - 16;
  return octave * 2 > LEVELS - 2 ? LEVELS - 1 : octave * 2 + (((density << octave) >> 14) & 1 ? 0 : 1);
}

function codeMagnitude(coder: BitCoder, magnitude: number): number {
  for (let unary = 1; unary <= ESCAPE; unary++) {
    if (coder.bit(UNARY + unary - 1, magnitude > unary ? 1 : 0) === 0) return unary;
  }
  // Exp-Golomb: the number of bits after the leading one in unary, then these bits
  const rest = magnitude - ESCAPE;
  let bits = 0;
  while (bits < 31 && coder.bit(EXPONENT + bits, rest >= 2 ** (bits + 1) ? 1 : 0) === 1) bits++;
  let coded = 1;
  for (let i = bits - 1; i >= 0; i--) coded = coded * 2 + coder.bit(MANTISSA, Math.floor(rest / 2 ** i) % 2);
  return ESCAPE + coded;
}
