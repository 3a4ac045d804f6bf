// Random numbers from a seed, the same bits on every engine.
import { GCompressError } from '../checks/errors.ts';
import { describeValue } from '../checks/option-checks.ts';
import type { Pace } from '../checks/progress.ts';

/** Operations that drawing a number and swapping two distant entries take. */
const SWAP = 32;

/** A source of random numbers that gives the same bits on every JavaScript engine. */
export interface Random {
  /** Uniform over the 2³² unsigned integers. */
  uint32(): number;
  /** Uniform in `[0, 1)` with 53 random bits. */
  uniform(): number;
  /** Normal with mean 0 and variance 1. */
  normal(): number;
  /**
   * Uniform over `0 … bound − 1`, without modulo bias.
   *
   * @param bound an integer from 1 to 2³².
   * @throws GCompressError `invalid-option` for another bound.
   */
  integer(bound: number): number;
  /**
   * Puts the entries in random order, in place, and returns the same array.
   *
   * @param pace called for each entry, so that the work can be ended; the order does not depend on it.
   * @throws GCompressError `invalid-option` for anything but an array.
   */
  shuffle<A extends { [index: number]: unknown; readonly length: number }>(array: A, pace?: Pace): A;
}

/**
 * A generator for a seed: xoshiro128** (Blackman and Vigna, 2018) whose state comes from splitmix32. It uses only
 * `+ − × ÷`, `Math.sqrt` and `Math.imul`, whose results the language fixes to the last bit, because projections that are
 * drawn again from a seed are part of the file format.
 *
 * @param seed an integer from 0 to 2³² − 1.
 * @throws GCompressError `invalid-option` for any other seed.
 */
export function createRandom(seed: number): Random {
  assertSeed(seed, 'createRandom');
  let mix = seed | 0;
  const splitmix = () => {
    mix = (mix + 0x9e3779b9) | 0;
    let z = mix;
    z = Math.imul(z ^ (z >>> 16), 0x21f0aaad);
    z = Math.imul(z ^ (z >>> 15), 0x735a2d97);
    return z ^ (z >>> 15);
  };
  let a = splitmix();
  let b = splitmix();
  let c = splitmix();
  let d = splitmix();
  let spare: number | undefined;

  const uint32 = () => {
    const x = Math.imul(b, 5);
    const result = Math.imul((x << 7) | (x >>> 25), 9) >>> 0;
    const t = b << 9;
    c ^= a;
    d ^= b;
    b ^= c;
    a ^= d;
    c ^= t;
    d = (d << 11) | (d >>> 21);
    return result;
  };
  const uniform = () => ((uint32() >>> 5) * 0x4000000 + (uint32() >>> 6)) / 0x20000000000000;
  const integer = (bound: number) => {
    if (!(Number.isInteger(bound) && bound >= 1 && bound <= 0x100000000)) {
      throw wrong('random.integer bound', 'an integer from 1 to 4294967296', bound);
    }
    const limit = 0x100000000 - (0x100000000 % bound);
    let draw = uint32();
    while (draw >= limit) draw = uint32();
    return draw % bound;
  };

  return {
    uint32,
    uniform,
    integer,
    normal() {
      if (spare !== undefined) {
        const value = spare;
        spare = undefined;
        return value;
      }
      // Marsaglia's polar method
      let x = 0;
      let y = 0;
      let q = 0;
      do {
        x = 2 * uniform() - 1;
        y = 2 * uniform() - 1;
        q = x * x + y * y;
      } while (q >= 1 || q === 0);
      const scale = Math.sqrt((-2 * naturalLog(q)) / q);
      spare = y * scale;
      return x * scale;
    },
    shuffle(array, pace) {
      if (!(typeof array === 'object' && array?.length >= 0)) throw wrong('random.shuffle', 'an array', array);
      for (let i = array.length - 1; i > 0; i--) {
        const j = integer(i + 1);
        const entry = array[i];
        array[i] = array[j];
        array[j] = entry;
        pace?.(SWAP, 1 - i / array.length);
      }
      return array;
    },
  };
}

/**
 * Checks a seed.
 *
 * @throws GCompressError `invalid-option` unless it is an integer from 0 to 2³² − 1.
 */
export function assertSeed(seed: unknown, where: string): asserts seed is number {
  if (!Number.isInteger(seed) || Number(seed) < 0 || Number(seed) > 0xffffffff) {
    throw wrong(`${String(where)} seed`, 'an integer from 0 to 4294967295', seed);
  }
}

function wrong(where: string, expected: string, actual: unknown): GCompressError {
  return new GCompressError('invalid-option', { where, expected, actual: describeValue(actual) });
}

/** ln x for x in (0, 1), by basic arithmetic alone: `Math.log` may differ between engines in the last bit. */
function naturalLog(x: number): number {
  let mantissa = x;
  let exponent = 0;
  while (mantissa < Math.SQRT1_2) {
    mantissa *= 2;
    exponent--;
  }
  const s = (mantissa - 1) / (mantissa + 1);
  const square = s * s;
  let series = 0;
  for (let n = 25; n >= 1; n -= 2) series = series * square + 1 / n;
  return exponent * Math.LN2 + 2 * s * series;
}
