// How many blocks a side a matrix gets, from the number, a ratio or bytes.
import { GCompressError, type Shape2D } from '@gcompress/core';
import { assertNumber, type ExactlyOne, exactlyOneOption, type NumberRange } from '@gcompress/core/checks';
import { divisorsOf } from './divisors.ts';

/** The ways to choose the number N of blocks a side, which must divide both sides of the matrix. */
export interface BlockSizes {
  /** The number itself, a positive integer. Python: `block_compression_factor`, `compression_factor`. */
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

/** The one size that is given, checked. */
export function completeChoice(where: string, given: BlockChoice): BlockSizes {
  const size = exactlyOneOption(where, given, BLOCK_SIZES);
  assertNumber(where, size, given[size], RANGES[size]);
  return { [size]: given[size] };
}

/**
 * The number of blocks for a matrix of this shape.
 *
 * @param valuesWith how many values the factors with N blocks a side have.
 * @throws GCompressError `invalid-option`, naming the numbers that work, when N is none of them or none of them
 * reaches the size; `not-smaller` when the factors would not be smaller than the matrix (unless `allowLarger`).
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

/** What to do instead: numbers of blocks with which the factors are smaller, if there are any. */
function hintOf(working: readonly number[]): string {
  return working.length > 0
    ? `These numbers of blocks work: ${working.join(', ')}.`
    : 'No number of blocks works; leave this matrix as it is.';
}
