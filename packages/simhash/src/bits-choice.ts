// How the size options become sign bits a column, and how many bytes those take.
import { GCompressError, type Shape2D } from '@gcompress/core';
import { assertNumber, assertShape2D, type ExactlyOne } from '@gcompress/core/checks';
import { packedBytes } from '@gcompress/core/storage';

const FLOAT_BYTES = Float32Array.BYTES_PER_ELEMENT;

/** The ways to choose k, the sign bits of a column. */
export interface BitsSizes {
  /** k itself, a positive integer. The number of rows gives one bit a weight. */
  readonly bits?: number;
  /** The largest k whose stored form is at least this many times smaller than the matrix; above 1. */
  readonly ratio?: number;
  /** The largest k whose stored form takes at most this many bytes. */
  readonly bytes?: number;
  /** The Python library's percent divisor: `k = ⌊min(m, n)·100 / percent⌋ + 1`. */
  readonly percent?: number;
}

/** The choice of k, the sign bits of a column: exactly one of {@link BitsSizes}. */
export type BitsChoice = ExactlyOne<BitsSizes>;

/**
 * The Python library's rule for matrices on the host: `⌊min(m, n)·100 / percent⌋ + 1`.
 *
 * Porting note: `simhash_compression.SimhashMatrixCompressor`. As in Python, the result can exceed m and n.
 */
export function bitsFromPercent([rows, cols]: Shape2D, percent: number): number {
  return Math.floor((Math.min(rows, cols) * 100) / percent) + 1;
}

/**
 * The Python library's rule for tensors: `⌊n·100 / percent⌋ + 1`. Pass the result as `bits` to match a model that was compressed
 * by this rule.
 *
 * @throws GCompressError `invalid-matrix` for anything but a shape, `invalid-option` for a percent that is not above 0.
 */
export function bitsFromPercentOfColumns(shape: Shape2D, percent: number): number {
  const where = 'bitsFromPercentOfColumns';
  assertShape2D(shape, where);
  assertNumber(where, 'percent', percent, { above: 0 });
  return Math.floor((shape[1] * 100) / percent) + 1;
}

/** Bytes of the stored form: k·n sign bits and n scales, and `4·m·k` for a projection that is stored. */
export function storedBytes([rows, cols]: Shape2D, bits: number, storesProjection: boolean): number {
  return packedBytes(bits * cols, 1) + FLOAT_BYTES * (cols + (storesProjection ? rows * bits : 0));
}

/** The most sign bits a column whose stored form is smaller than the matrix; 0 when one bit is too many, as for a single row. */
export function breakEvenBits(shape: Shape2D, storesProjection: boolean): number {
  return mostBits(shape, FLOAT_BYTES * shape[0] * shape[1] - 1, storesProjection);
}

/**
 * The sign bits a column for a matrix of this shape.
 *
 * @throws GCompressError `not-smaller`, naming the break-even, when the stored form is not smaller than the matrix and `allowLarger`
 * is false; `invalid-option` when one bit exceeds the ratio or the bytes.
 */
export function bitsForShape(
  shape: Shape2D,
  choice: BitsSizes,
  { storesProjection, allowLarger }: { readonly storesProjection: boolean; readonly allowLarger: boolean },
): number {
  const [rows, cols] = shape;
  const bits = requestedBits(shape, choice, storesProjection);
  if (bits < 1) {
    const least = storedBytes(shape, 1, storesProjection);
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
    hint: most < 1 ? 'Leave this matrix as it is.' : 'Choose fewer bits, or leave this matrix as it is.',
  });
}

function requestedBits(shape: Shape2D, { bits, ratio, bytes, percent }: BitsSizes, storesProjection: boolean): number {
  if (bits !== undefined) return bits;
  if (percent !== undefined) return bitsFromPercent(shape, percent);
  const budget = ratio === undefined ? (bytes ?? 0) : (FLOAT_BYTES * shape[0] * shape[1]) / ratio;
  return mostBits(shape, Math.floor(budget), storesProjection);
}

/** The most sign bits a column whose stored form takes at most this many bytes; 0 when one bit takes more. */
function mostBits([rows, cols]: Shape2D, bytes: number, storesProjection: boolean): number {
  const bitsOfPlane = cols + (storesProjection ? 8 * FLOAT_BYTES * rows : 0);
  return Math.max(0, Math.floor((8 * (bytes - FLOAT_BYTES * cols)) / bitsOfPlane));
}
