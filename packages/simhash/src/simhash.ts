// The method `simhash`: sign bits of a matrix for random or fitted planes.
import { defineMethod, floatFactor, type JsonObject, type Matrix, type Pace } from '@gcompress/core';
import {
  assertElementLimit,
  assertKnownOptions,
  assertNumber,
  assertOneOf,
  assertSeed,
  exactlyOneOption,
  type NumberRange,
} from '@gcompress/core/checks';
import { type BitsChoice, type BitsSizes, bitsForShape, storedBytes } from './bits-choice.ts';
import { type Encoder, encode } from './encoder.ts';
import { fittedEncoder } from './fitted-encoder.ts';
import { type SimhashFactor, simhashFormat } from './format.ts';
import { encodeOrthogonal } from './orthogonal-encoder.ts';
import { planeEncoder } from './plane-encoder.ts';
import { assertProjectionSize, drawnProjection, drawProjection } from './projection.ts';
import type { ScaleRule } from './sketch.ts';

/** Options of {@link simhash}: exactly one size, and how planes, signs and scales are chosen. */
export type SimhashOptions = BitsChoice & SimhashSettings;

/** How {@link simhash} chooses planes, signs and scales. */
export interface SimhashSettings {
  /**
   * The planes. A sign says on which side of a plane a column lies. `'orthogonal'` (default) and `'gaussian'` (as in the Python
   * library) are drawn from the seed and cost no bytes. `'fitted'` planes are fitted to the matrix, stored as float32 and
   * trainable; they pay below one bit a weight if the matrix has many times more columns than rows.
   */
  readonly planes?: 'orthogonal' | 'gaussian' | 'fitted';
  /**
   * The rule for the scale of each column: `'least-squares'` (default), or `'norm'`, which keeps the norm of the column and
   * leaves a larger error.
   */
  readonly scales?: ScaleRule;
  /**
   * The most sweeps, at least 0. A sweep chooses every sign again while all others stay, and never makes the error larger. Sweeps
   * end early when no sign changes: at once with orthogonal planes and up to one bit a weight. Default 10.
   */
  readonly refine?: number;
  /** Seed of the planes, an integer from 0 to 2³² − 1. Default 42. */
  readonly seed?: number;
  /** True if an optimizer may change the scales. Default false. */
  readonly trainableScales?: boolean;
  /** Accept a size whose stored form is not smaller than the matrix. Default false. */
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
 * Sign bits of a matrix: `Â = R·S·D`. The projection `R [m, k]` is drawn from a seed. The signs `S [k, n]` take one bit each and say
 * on which side of each plane a column lies (SimHash; Charikar, 2002). D holds one scale a column. By default, no factor is
 * trainable.
 *
 * @throws GCompressError `unknown-option`, or `invalid-option` for an option out of range, no size, or several sizes.
 *
 * Porting note: `simhash_compression.SimhashMatrixCompressor` is `{ planes: 'gaussian', scales: 'norm', refine: 0 }`, with another
 * random generator than NumPy's. Python returns the dense product, which is not smaller; this method keeps the bits.
 */
export const simhash = /* @__PURE__ */ defineMethod<SimhashOptions, SimhashFactor>({
  name: 'simhash',
  format: simhashFormat,
  optionsForBudget: (budget) => budget,

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
          byteLength: storedBytes(shape, bits, planes === 'fitted'),
        };
      },
      factorize(matrix, compressOptions) {
        const [rows, cols] = matrix.shape;
        const bits = bitsFor(matrix.shape);
        if (planes === 'orthogonal') {
          const { signs, scales } = encodeOrthogonal(matrix, seed, bits, options, compressOptions);
          return {
            projection: drawnProjection(planes, seed, rows, bits),
            signs: floatFactor([bits, cols], signs, false),
            scales: floatFactor([cols], scales, trainableScales),
          };
        }
        const { projection, signs, scales } = encode(
          (pace) => encoderFor(matrix, bits, planes, seed, pace),
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

function encoderFor(matrix: Matrix, bits: number, planes: 'gaussian' | 'fitted', seed: number, pace: Pace): Encoder {
  if (planes === 'fitted') return fittedEncoder(matrix, bits, pace);
  const projection = drawProjection(planes, seed, matrix.shape[0], bits, (operations, done) =>
    pace(operations, done / 2),
  );
  return planeEncoder(matrix, projection, (operations, done) => pace(operations, (1 + done) / 2));
}

/** Checks the options and fills in the defaults. */
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
  assertOneOf(where, 'planes', planes, ['orthogonal', 'gaussian', 'fitted']);
  assertOneOf(where, 'scales', scales, ['least-squares', 'norm']);
  assertNumber(where, 'refine', refine, { min: 0, integer: true });
  assertSeed(seed, where);
  assertOneOf(where, 'trainableScales', trainableScales, [true, false]);
  assertOneOf(where, 'allowLarger', allowLarger, [true, false]);
  return { ...({ [size]: given[size] } as BitsSizes), planes, scales, refine, seed, trainableScales, allowLarger };
}
