// Chooses the number of blocks on each side of a matrix, from a number, a ratio or bytes.
import { GCompressError, type Shape2D } from '@gcompress/core';
import { assertNumber, type ExactlyOne, exactlyOneOption, type NumberRange } from '@gcompress/core/checks';
import { divisorsOf } from './divisors.ts';

/** The options that choose the number N of blocks on each side; N must divide both sides of the matrix. */
export interface BlockSizes {
  /** The number N itself, a positive integer. Python: `block_compression_factor`, `compression_factor`. */
  readonly blocks?: number;
  /** How many times smaller than the matrix the factors must be, above 1: the smallest N that reaches it. */
  readonly ratio?: number;
  /** The most bytes that the factors may take: the smallest N that keeps to it. */
  readonly bytes?: number;
}

/** The choice of the number of blocks: exactly one of {@link BlockSizes}. */
export type BlockChoice = ExactlyOne<BlockSizes>;

const RANGES: Readonly<Record<keyof BlockSizes, NumberRange>> = {
  blocks: { min: 1, integer: true },
  ratio: { above: 1 },
  bytes: { min: 1, integer: true },
};

/** Names of {@link BlockSizes}. */
export const BLOCK_SIZES = ['blocks', 'ratio', 'bytes'] as const;

/** Checks that exactly one size is given, and returns it. */
export function completeChoice(where: string, given: BlockChoice): BlockSizes {
  const size = exactlyOneOption(where, given, BLOCK_SIZES);
  assertNumber(where, size, given[size], RANGES[size]);
  return { [size]: given[size] };
}

/**
 * The number of blocks for a matrix of this shape.
 *
 * @param valuesWith the number of values in the factors with N blocks on each side.
 * @throws GCompressError `invalid-option`, naming the numbers that work, if N does not divide both sides or no number reaches the size;
 * `not-smaller` if the factors would not be smaller than the matrix (unless `allowLarger`).
 */
export function blocksForShape(
  where: string,
  [rows, cols]: Shape2D,
  choice: BlockSizes,
  allowLarger: boolean,
  valuesWith: (blocks: number) => number,
): number {
  const { blocks, ratio, bytes } = choice;
  const possible = divisorsOf(rows).filter((count) => cols % count === 0);
  const most = bytes === undefined ? (rows * cols) / (ratio ?? 1) : bytes / Float32Array.BYTES_PER_ELEMENT;
  const isSmaller = (count: number) => allowLarger || valuesWith(count) < rows * cols;
  const chosen = blocks ?? possible.find((count) => valuesWith(count) <= most && isSmaller(count));
  if (chosen === undefined || !possible.includes(chosen)) {
    const [[size, wanted]] = Object.entries(choice);
    throw new GCompressError('invalid-option', {
      where: `${where} ${size}`,
      expected: `a common divisor of the sides of the matrix [${rows}, ${cols}]${size === 'blocks' ? '' : ' that reaches the size'}`,
      actual: `${wanted}`,
      hint: hintOf(possible.filter(isSmaller)),
    });
  }
  if (!isSmaller(chosen)) {
    throw new GCompressError('not-smaller', {
      where: `${where} blocks`,
      expected: `fewer than the ${rows * cols} values of the matrix [${rows}, ${cols}]`,
      actual: `${valuesWith(chosen)} with ${chosen} blocks`,
      hint: hintOf(possible.filter(isSmaller)),
    });
  }
  return chosen;
}

/** A hint with the numbers of blocks for which the factors are smaller, if there are any. */
function hintOf(working: readonly number[]): string {
  return working.length > 0
    ? `These numbers of blocks work: ${working.join(', ')}.`
    : 'No number of blocks works; leave this matrix as it is.';
}
