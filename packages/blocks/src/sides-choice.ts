// Chooses how much each side is shortened, from given blocks or for a size.
import { GCompressError, type JsonObject, type Shape2D } from '@gcompress/core';
import { assertKnownOptions, assertNumber, type ExactlyOne, exactlyOneOption } from '@gcompress/core/checks';
import { divisorsOf } from './divisors.ts';
import type { Side, Sides } from './formats/input-output-format.ts';

/** The sides that {@link inputOutput} shortens, given one by one. */
export interface NamedSides {
  /** How the input, the rows of the matrix, is shortened. Default: not at all. */
  readonly input?: Side;
  /** How the output, the columns of the matrix, is shortened. Default: not at all. */
  readonly output?: Side;
}

/** The sizes for which {@link inputOutput} chooses a side to shorten. */
export interface SidesSizes {
  /** How many times smaller than the matrix the factors must be, above 1: see the rule in the README. */
  readonly ratio?: number;
  /** The most bytes that the factors may take: see the rule in the README. */
  readonly bytes?: number;
}

/** How {@link inputOutput} shortens the sides: one or both of {@link NamedSides}, or exactly one of {@link SidesSizes}. */
export type SidesChoice =
  | ((ExactlyOne<NamedSides> | Required<NamedSides>) & { readonly [size in keyof SidesSizes]?: undefined })
  | (ExactlyOne<SidesSizes> & { readonly [side in keyof NamedSides]?: undefined });

const WHERE = 'inputOutput';

/** The largest block that a ratio or bytes choose, because the time to fit a block grows with its cube. */
export const MAX_CHOSEN_BLOCK = 512;

/** Names of {@link NamedSides} and {@link SidesSizes}. */
export const SIDES_OPTIONS = ['input', 'output', 'ratio', 'bytes'];

/** Checks the choice. */
export function completeSides({ input, output, ratio, bytes }: SidesChoice): NamedSides & SidesSizes {
  const named = input !== undefined || output !== undefined;
  const size = exactlyOneOption(WHERE, { 'input or output': named || undefined, ratio, bytes }, [
    'input or output',
    'ratio',
    'bytes',
  ]);
  if (size === 'ratio') assertNumber(WHERE, 'ratio', ratio, { above: 1 });
  if (size === 'bytes') assertNumber(WHERE, 'bytes', bytes, { min: 1, integer: true });
  return {
    ...(input !== undefined && { input: completeSide('input', input) }),
    ...(output !== undefined && { output: completeSide('output', output) }),
    ...(ratio !== undefined && { ratio }),
    ...(bytes !== undefined && { bytes }),
  };
}

function completeSide(name: string, side: Side): Side & JsonObject {
  const where = `${WHERE} ${name}`;
  assertKnownOptions(where, side, ['block', 'factor']);
  const { block, factor } = side;
  assertNumber(where, 'block', block, { min: 1, integer: true });
  assertNumber(where, 'factor', factor, { min: 1, integer: true });
  if (block % factor !== 0) {
    throw new GCompressError('invalid-option', {
      where: `${where} factor`,
      expected: `a divisor of the block, which are ${divisorsOf(block).join(', ')}`,
      actual: `${factor}`,
    });
  }
  return { block, factor };
}

/**
 * The sides for a matrix of this shape. For a ratio or bytes, one side is shortened: the side and the blocks with the largest product of
 * the number of values in `c` and the number in `b` or `d`. Few values in `c` leave no room for the matrix; few values in `b` or `d`, as with
 * small blocks, cannot adapt to it. Blocks are at most {@link MAX_CHOSEN_BLOCK}.
 *
 * @throws GCompressError `invalid-option` if a block does not divide its side, naming the blocks that work with its factor, or if no
 * blocks reach the size; `not-smaller` if the factors would not be smaller than the matrix (unless `allowLarger`).
 */
export function sidesForShape(shape: Shape2D, choice: NamedSides & SidesSizes, allowLarger: boolean): Sides {
  const [rows, cols] = shape;
  const { input = null, output = null, ratio, bytes } = choice;
  if (ratio !== undefined) return oneSide(shape, (rows * cols) / ratio, 'ratio', ratio);
  if (bytes !== undefined) {
    const most = Math.min(rows * cols - 1, bytes / Float32Array.BYTES_PER_ELEMENT);
    return oneSide(shape, most, 'bytes', bytes);
  }
  const isSmaller = (sides: Sides) => {
    const { core, bases } = valuesOf(shape, sides);
    return allowLarger || core + bases < rows * cols;
  };
  if (input) assertDivides('input', rows, input, (side) => isSmaller({ input: side, output: null }));
  if (output) assertDivides('output', cols, output, (side) => isSmaller({ input: null, output: side }));
  if (!isSmaller({ input, output })) {
    const { core, bases } = valuesOf(shape, { input, output });
    throw new GCompressError('not-smaller', {
      where: WHERE,
      expected: `fewer than the ${rows * cols} values of the matrix [${rows}, ${cols}]`,
      actual: `${core + bases}`,
      hint: 'Choose larger factors or smaller blocks, or leave this matrix as it is.',
    });
  }
  return { input, output };
}

/** Values in the factors of a matrix of this shape: in `c`, and in `b` and `d` together. */
function valuesOf([rows, cols]: Shape2D, { input, output }: Sides): { readonly core: number; readonly bases: number } {
  const ofBasis = (side: Side | null) => (side ? side.block ** 2 / side.factor : 0);
  const core = (rows / (input?.factor ?? 1)) * (cols / (output?.factor ?? 1));
  return { core, bases: ofBasis(input) + ofBasis(output) };
}

/** The side to shorten with at most `most` values and the largest product of the values in `c` and in `b` or `d`. */
function oneSide(shape: Shape2D, most: number, name: 'ratio' | 'bytes', wanted: number): Sides {
  const candidates = [
    ...possibleSides(shape[0], MAX_CHOSEN_BLOCK).map((input): Sides => ({ input, output: null })),
    ...possibleSides(shape[1], MAX_CHOSEN_BLOCK).map((output): Sides => ({ input: null, output })),
  ];
  let chosen: Sides | undefined;
  let largest = 0;
  for (const sides of candidates) {
    const { core, bases } = valuesOf(shape, sides);
    if (core + bases > most || core * bases <= largest) continue;
    largest = core * bases;
    chosen = sides;
  }
  if (chosen) return chosen;
  const [rows, cols] = shape;
  throw new GCompressError('invalid-option', {
    where: `${WHERE} ${name}`,
    expected: `a block and a factor that divide a side of the matrix [${rows}, ${cols}] and reach the size`,
    actual: `${wanted}, which no such block reaches`,
    hint: `The sides have the divisors ${divisorsOf(rows).join(', ')} and ${divisorsOf(cols).join(', ')}.`,
  });
}

/** The ways to shorten a side of this length. */
function possibleSides(length: number, largestBlock = length): Side[] {
  const blocks = divisorsOf(length).filter((block) => block <= largestBlock);
  return blocks.flatMap((block) => divisorsOf(block).map((factor) => ({ block, factor })));
}

/** Refuses a block that does not divide its side, and names the blocks that work with this factor, or with a different factor. */
function assertDivides(name: string, length: number, side: Side, isSmaller: (side: Side) => boolean): void {
  const { block, factor } = side;
  if (length % block === 0) return;
  const working = possibleSides(length).filter((other) => other.factor > 1 && isSmaller(other));
  const blocks = unique(working.filter((other) => other.factor === factor).map((other) => other.block));
  const factors = unique(working.map((other) => other.factor));
  throw new GCompressError('invalid-option', {
    where: `${WHERE} ${name} block`,
    expected: `a divisor of the ${length} ${name}s`,
    actual: `${block}`,
    hint:
      blocks.length > 0
        ? `With the factor ${factor}, these blocks work: ${blocks.join(', ')}.`
        : factors.length > 0
          ? `No block works with the factor ${factor}; there are blocks for the factors ${factors.join(', ')}.`
          : `No block works for a side of ${length}; leave it as it is.`,
  });
}

/** The distinct values, the smallest first. */
function unique(values: readonly number[]): number[] {
  return [...new Set(values)].sort((a, b) => a - b);
}
