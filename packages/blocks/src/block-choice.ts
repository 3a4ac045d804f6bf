// How many blocks a side a matrix gets, from the number, a ratio or bytes.
import { GCompressError, type Shape2D } from '@gcompress/core';
import { assertNumber, exactlyOneOption, type NumberRange } from '@gcompress/core/checks';
import { divisorsOf } from './divisors.ts';

/** How the number N of blocks a side is chosen; give exactly one. It must divide both sides of the matrix. */
export interface BlockChoice {
  /** The number itself, a positive integer. Python: `block_compression_factor`, `compression_factor`. */
  readonly blocks?: number;
  /** How many times smaller than the matrix the factors must be, above 1: the smallest N that reaches it. */
  readonly ratio?: number;
  /** The most bytes that the factors may take: the smallest N that keeps to it. */
  readonly bytes?: number;
}

const RANGES: Readonly<Record<keyof BlockChoice, NumberRange>> = {
  blocks: { min: 1, integer: true },
  ratio: { above: 1 },
  bytes: { min: 1, integer: true },
};

/** Names of {@link BlockChoice}. */
export const BLOCK_SIZES = ['blocks', 'ratio', 'bytes'] as const;

/** The one size that is given, checked. */
export function completeChoice(where: string, given: BlockChoice): BlockChoice {
  const size = exactlyOneOption(where, given, BLOCK_SIZES);
  assertNumber(where, size, given[size], RANGES[size]);
  return { [size]: given[size] };
}

/**
 * The number of blocks for a matrix of this shape.
 *
 * @param valuesWith how many values the factors with N blocks a side have.
 * @throws GCompressError `invalid-option`, naming the common divisors of both sides, when N is none of them or none of them
 * reaches the size; `not-smaller` when the factors would not be smaller than the matrix (unless `allowLarger`).
 */
export function blocksForShape(
  where: string,
  [rows, cols]: Shape2D,
  choice: BlockChoice,
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
      hint: `The common divisors are ${possible.join(', ')}.`,
    });
  }
  if (!isSmaller(chosen)) {
    throw new GCompressError('not-smaller', {
      where: `${where} blocks`,
      expected: `fewer than the ${rows * cols} values of the matrix [${rows}, ${cols}]`,
      actual: `${valuesWith(chosen)} with ${chosen} blocks`,
      hint: `The common divisors of its sides are ${possible.join(', ')}; if none is left, leave this matrix as it is.`,
    });
  }
  return chosen;
}
