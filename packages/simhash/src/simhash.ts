// The method: options, plan and the choice of an encoder.
import { defineMethod, floatFactor, GCompressError, type JsonObject, type Matrix, type Pace } from '@gcompress/core';
import {
  assertElementLimit,
  assertKnownOptions,
  assertNumber,
  assertSeed,
  describeValue,
  exactlyOneOption,
  type NumberRange,
} from '@gcompress/core/checks';
import { type BitsChoice, type BitsSizes, bitsForShape } from './bits-choice.ts';
import { type Encoder, encode } from './encoder.ts';
import { fittedEncoder } from './fitted-encoder.ts';
import { type SimhashFactor, simhashFormat } from './format.ts';
import { orthogonalEncoder } from './orthogonal-encoder.ts';
import { planeEncoder } from './plane-encoder.ts';
import { assertProjectionSize, drawProjection } from './projection.ts';
import type { ScaleRule } from './sketch.ts';

/** Options of {@link simhash}: exactly one of the sizes, and how planes, signs and scales are found. */
export type SimhashOptions = BitsChoice & SimhashSettings;

/** How {@link simhash} finds planes, signs and scales. */
export interface SimhashSettings {
  /**
   * The planes on whose sides the columns lie. `'orthogonal'` (default) and `'gaussian'`, as in the reference, are drawn from
   * the seed and cost no bytes; `'fitted'` ones are fitted to the matrix, stored as float32 and trainable, which pays below
   * one bit a weight when there are many times more columns than rows.
   */
  readonly planes?: 'orthogonal' | 'gaussian' | 'fitted';
  /**
   * One scale a column: of `'least-squares'` error (default), or such that the `'norm'` of the column stays, which costs
   * error.
   */
  readonly scales?: ScaleRule;
  /**
   * The most sweeps that choose all signs again, each beside all others; none makes the error larger. They end early when
   * nothing changes any more: with orthogonal planes and up to one bit a weight, at once. 0 for none. Default 10.
   */
  readonly refine?: number;
  /** Seed of the planes, an integer from 0 to 2³² − 1. Default 42. */
  readonly seed?: number;
  /** Whether an optimizer may change the scales. Default false. */
  readonly trainableScales?: boolean;
  /** Accept a size at which the stored form is larger than the matrix. Default false. */
  readonly allowLarger?: boolean;
}

const SIZE_RANGES: Readonly<Record<keyof BitsSizes, NumberRange>> = {
  bits: { min: 1, integer: true },
  ratio: { above: 1 },
  bytes: { min: 1, integer: true },
  percent: { above: 0 },
};
const SIZES = ['bits', 'ratio', 'bytes', 'percent'] as const;
const SETTINGS = ['planes', 'scales', 'refine', 'seed', 'trainableScales', 'allowLarger'];

/**
 * Sign bits of a matrix: `Â = R·S·D` with a projection `R [m, k]` that is drawn from a seed, signs `S [k, n]` of one bit each
 * that say on which side of each plane a column lies (SimHash; Charikar, 2002), and one scale a column. Nothing of it is
 * trainable unless asked.
 *
 * @throws GCompressError when called with options that are unknown, out of range, or more than one size.
 *
 * Porting note: `simhash_compression.SimhashMatrixCompressor` is `{ planes: 'gaussian', scales: 'norm', refine: 0 }`, with a
 * generator of our own in place of NumPy's. It returns the dense product, so that nothing becomes smaller; here the bits are kept.
 */
export const simhash = /* @__PURE__ */ defineMethod<SimhashOptions, SimhashFactor>({
  name: 'simhash',
  format: simhashFormat,

  create(given) {
    const options = completeOptions(given);
    const { planes, seed, trainableScales, allowLarger } = options;
    const bitsFor = (shape: Matrix['shape']) => {
      const bits = bitsForShape(shape, options, { storesProjection: planes === 'fitted', allowLarger });
      assertElementLimit(bits * shape[1], 'simhash signs');
      if (planes === 'fitted') assertElementLimit(bits * shape[0], 'simhash projection');
      else assertProjectionSize(planes, shape, bits);
      return bits;
    };
    return {
      options: options as JsonObject,
      plan(shape) {
        const [rows, cols] = shape;
        const bits = bitsFor(shape);
        return {
          factors: {
            projection: { shape: [rows, bits], dtype: 'float32', trainable: planes === 'fitted' },
            signs: { shape: [bits, cols], dtype: 'float32', trainable: false },
            scales: { shape: [cols], dtype: 'float32', trainable: trainableScales },
          },
          config: planes === 'fitted' ? { planes, bits, trainableScales } : { planes, seed, bits, trainableScales },
        };
      },
      factorize(matrix, compressOptions) {
        const [rows, cols] = matrix.shape;
        const bits = bitsFor(matrix.shape);
        const { projection, signs, scales } = encode(
          (pace) => encoderFor(matrix, bits, options, pace),
          options,
          compressOptions,
        );
        return {
          projection: floatFactor([rows, bits], projection, planes === 'fitted'),
          signs: floatFactor([bits, cols], signs, false),
          scales: floatFactor([cols], scales, trainableScales),
        };
      },
    };
  },
});

function encoderFor(
  matrix: Matrix,
  bits: number,
  { planes, seed }: Required<Pick<SimhashSettings, 'planes' | 'seed'>>,
  pace: Pace,
): Encoder {
  if (planes === 'fitted') return fittedEncoder(matrix, bits, pace);
  if (planes === 'orthogonal') return orthogonalEncoder(matrix, seed, bits, pace);
  const projection = drawProjection(planes, seed, matrix.shape[0], bits, (operations, done) =>
    pace(operations, done / 2),
  );
  return planeEncoder(matrix, projection, (operations, done) => pace(operations, (1 + done) / 2));
}

/** The options with their defaults, checked. */
function completeOptions(given: SimhashOptions) {
  const where = 'simhash';
  assertKnownOptions(where, given, [...SIZES, ...SETTINGS]);
  const size = exactlyOneOption(where, given, SIZES);
  const {
    planes = 'orthogonal',
    scales = 'least-squares',
    refine = 10,
    seed = 42,
    trainableScales = false,
    allowLarger = false,
  } = given;
  assertNumber(where, size, given[size], SIZE_RANGES[size]);
  assertOneOf('planes', planes, ['orthogonal', 'gaussian', 'fitted']);
  assertOneOf('scales', scales, ['least-squares', 'norm']);
  assertNumber(where, 'refine', refine, { min: 0, integer: true });
  assertSeed(seed, where);
  assertOneOf('trainableScales', trainableScales, [true, false]);
  assertOneOf('allowLarger', allowLarger, [true, false]);
  return { ...({ [size]: given[size] } as BitsSizes), planes, scales, refine, seed, trainableScales, allowLarger };
}

function assertOneOf(name: string, value: unknown, allowed: readonly unknown[]): void {
  if (allowed.includes(value)) return;
  throw new GCompressError('invalid-option', {
    where: `simhash ${name}`,
    expected: allowed.map(describeValue).join(' or '),
    actual: describeValue(value),
  });
}
