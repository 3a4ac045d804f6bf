// How the size options become sign bits a column, and how many bytes those take.
import { GCompressError, type Shape2D } from '@gcompress/core';
import { assertNumber, assertShape2D, assertType, type ExactlyOne } from '@gcompress/core/checks';
import { packedBytes } from '@gcompress/core/storage';

const FLOAT_BYTES = Float32Array.BYTES_PER_ELEMENT;

/** The ways to say how many sign bits k a column gets. */
export interface BitsSizes {
  /** The number itself, a positive integer. As many as the matrix has rows is one bit a weight. */
  readonly bits?: number;
  /** How many times smaller than the matrix the stored form must be, above 1. */
  readonly ratio?: number;
  /** The most bytes that the stored form may take. */
  readonly bytes?: number;
  /** The reference's percent divisor: see {@link bitsFromPercent}. */
  readonly percent?: number;
}

/** How many sign bits k a column gets: exactly one of {@link BitsSizes}. */
export type BitsChoice = ExactlyOne<BitsSizes>;

/**
 * The reference's rule for matrices on the host: `⌊min(m, n)·100 / percent⌋ + 1`.
 *
 * Porting note: `simhash_compression.SimhashMatrixCompressor`; here, too, it can exceed m and n.
 *
 * @throws GCompressError `invalid-matrix` for anything but a shape, `invalid-option` for a percent that is not above 0.
 */
export function bitsFromPercent(shape: Shape2D, percent: number): number {
  assertPercent('bitsFromPercent', shape, percent);
  const [rows, cols] = shape;
  return Math.floor((Math.min(rows, cols) * 100) / percent) + 1;
}

/**
 * The reference's other rule, which it applies to tensors: `⌊n·100 / percent⌋ + 1`. For those who must match a model that was
 * compressed that way, as `bits`.
 *
 * @throws GCompressError `invalid-matrix` for anything but a shape, `invalid-option` for a percent that is not above 0.
 */
export function bitsFromPercentOfColumns(shape: Shape2D, percent: number): number {
  assertPercent('bitsFromPercentOfColumns', shape, percent);
  return Math.floor((shape[1] * 100) / percent) + 1;
}

function assertPercent(where: string, shape: Shape2D, percent: number): void {
  assertShape2D(shape, where);
  assertNumber(where, 'percent', percent, { above: 0 });
}

/**
 * Bytes of the stored form with `bits` sign bits a column, 4·m·bits more when the projection is stored.
 *
 * @throws GCompressError `invalid-matrix` for anything but a shape, `invalid-option` for bits that are no integer of at least 0 or a
 * `storesProjection` that is no boolean.
 */
export function storedBytes(shape: Shape2D, bits: number, storesProjection = false): number {
  const where = 'storedBytes';
  assertShape2D(shape, where);
  assertNumber(where, 'bits', bits, { min: 0, integer: true });
  assertType(where, 'storesProjection', storesProjection, 'boolean');
  return bytesOf(shape, bits, storesProjection);
}

/** Bytes of the stored form: k·n sign bits and n scales, and `4·m·k` for the projection when it is stored. */
function bytesOf([rows, cols]: Shape2D, bits: number, storesProjection: boolean): number {
  return packedBytes(bits * cols, 1) + FLOAT_BYTES * (cols + (storesProjection ? rows * bits : 0));
}

/**
 * The most sign bits a column at which the stored form is smaller than the matrix; 0 when there are none, as for one row.
 *
 * @throws GCompressError `invalid-matrix` for anything but a shape, `invalid-option` for a `storesProjection` that is no boolean.
 */
export function breakEvenBits(shape: Shape2D, storesProjection = false): number {
  assertShape2D(shape, 'breakEvenBits');
  assertType('breakEvenBits', 'storesProjection', storesProjection, 'boolean');
  return mostBits(shape, FLOAT_BYTES * shape[0] * shape[1] - 1, storesProjection);
}

/**
 * The sign bits a column for a matrix of this shape.
 *
 * @throws GCompressError `not-smaller`, naming the break-even, when the stored form would not be smaller than the matrix
 * (unless `allowLarger`); `invalid-option` when not even one bit fits the ratio or the bytes.
 */
export function bitsForShape(
  shape: Shape2D,
  choice: BitsSizes,
  { storesProjection, allowLarger }: { readonly storesProjection: boolean; readonly allowLarger: boolean },
): number {
  const [rows, cols] = shape;
  const bits = requestedBits(shape, choice, storesProjection);
  if (bits < 1) {
    const least = bytesOf(shape, 1, storesProjection);
    throw new GCompressError('invalid-option', {
      where: 'simhash',
      expected: `at least the ${least} bytes of one sign bit a column for a matrix [${rows}, ${cols}]`,
      actual: choice.bytes === undefined ? `ratio ${choice.ratio}` : `bytes ${choice.bytes}`,
      hint: `The largest ratio here is ${((FLOAT_BYTES * rows * cols) / least).toFixed(2)}.`,
    });
  }
  const most = breakEvenBits(shape, storesProjection);
  if (bits <= most || allowLarger) return bits;
  throw new GCompressError('not-smaller', {
    where: 'simhash',
    expected:
      most < 1
        ? 'a matrix that sign bits can make smaller'
        : `at most ${most} sign bits a column, the break-even of a matrix [${rows}, ${cols}]`,
    actual: most < 1 ? `shape [${rows}, ${cols}]` : `${bits}`,
    hint: most < 1 ? 'Leave this matrix as it is.' : 'Choose fewer, or leave this matrix as it is.',
  });
}

function requestedBits(shape: Shape2D, { bits, ratio, bytes, percent }: BitsSizes, storesProjection: boolean): number {
  if (bits !== undefined) return bits;
  if (percent !== undefined) return bitsFromPercent(shape, percent);
  const budget = ratio === undefined ? (bytes ?? 0) : (FLOAT_BYTES * shape[0] * shape[1]) / ratio;
  return mostBits(shape, Math.floor(budget), storesProjection);
}

/** The most sign bits a column whose stored form takes at most so many bytes; 0 or less when there are none. */
function mostBits([rows, cols]: Shape2D, bytes: number, storesProjection: boolean): number {
  const bitsOfPlane = cols + (storesProjection ? 8 * FLOAT_BYTES * rows : 0);
  return Math.max(0, Math.floor((8 * (bytes - FLOAT_BYTES * cols)) / bitsOfPlane));
}
