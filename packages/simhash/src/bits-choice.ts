// Chooses the sign bits of a column from the size options, and counts their bytes.
import { GCompressError, type Shape2D } from '@gcompress/core';
import { assertNumber, assertShape2D, type ExactlyOne, largestThatFits, sizeBudgetOf } from '@gcompress/core/checks';
import { packedBytes } from '@gcompress/core/storage';

const FLOAT_BYTES = Float32Array.BYTES_PER_ELEMENT;
/** Most signs that a budget may choose: more than the memory limits allow, and few enough for exact integers. */
const SIGNS = 2 ** 32;

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
 * @throws GCompressError `invalid-matrix` for an invalid shape, `invalid-option` for a percent that is not above 0.
 */
export function bitsFromPercentOfColumns(shape: Shape2D, percent: number): number {
  const where = 'bitsFromPercentOfColumns';
  assertShape2D(shape, where);
  assertNumber(where, 'percent', percent, { above: 0 });
  return Math.floor((shape[1] * 100) / percent) + 1;
}

/** Bytes of the stored form: k·n sign bits, n scales, and `4·m·k` bytes for a stored projection. */
export function storedBytes([rows, cols]: Shape2D, bits: number, storesProjection: boolean): number {
  return packedBytes(bits * cols, 1) + FLOAT_BYTES * (cols + (storesProjection ? rows * bits : 0));
}

/** The most sign bits a column with a stored form smaller than the matrix; 0 if one bit is too many, as for a single row. */
export function breakEvenBits([rows, cols]: Shape2D, storesProjection: boolean): number {
  const bytes = FLOAT_BYTES * (rows - 1) * cols - 1;
  const bitsOfPlane = cols + (storesProjection ? 8 * FLOAT_BYTES * rows : 0);
  return Math.max(0, Math.floor((8 * bytes) / bitsOfPlane));
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

function requestedBits(shape: Shape2D, choice: BitsSizes, storesProjection: boolean): number {
  const { bits, percent = 100 } = choice;
  const budget = sizeBudgetOf('simhash', choice);
  if (budget === undefined) return bits ?? bitsFromPercent(shape, percent);
  return largestThatFits('simhash', budget, shape, (size) => storedBytes(shape, size, storesProjection), {
    min: 1,
    max: Math.max(1, Math.floor(SIGNS / shape[1])),
  });
}
