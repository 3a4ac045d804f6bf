// How the size options become signal length, atoms, nonzeros and bits.
import { GCompressError, type Shape2D } from '@gcompress/core';
import { assertNumber, assertShape2D, type ExactlyOne } from '@gcompress/core/checks';
import { bitsFor, packedBytes } from '@gcompress/core/storage';
import { type CodeSizes, MAX_ATOMS } from './codes/layout.ts';

/** The ways to say how large codes and atoms are. */
export interface CodeSizeWays {
  /** Number of atoms, k; give `nonzeros` with it. */
  readonly atoms?: number;
  /** How many times smaller than the matrix the stored form must be, above 1. */
  readonly ratio?: number;
  /** The most bytes that the stored form may take. */
  readonly bytes?: number;
  /** The reference's percent divisor: 200 for half as many atoms as rows and half as many nonzeros as columns. */
  readonly percent?: number;
}

/** What else is chosen about the size of codes and atoms. */
export interface CodeSettings {
  /**
   * Entries of a signal, L: rows are cut into pieces of this length. Default: whole rows; with `ratio` or `bytes`, the length
   * at which the error is expected to be smallest.
   */
  readonly signalLength?: number;
  /**
   * Bits of each stored value of a code: 32 for float32, or 2 to 16. Default 32; with `ratio` or `bytes`, the number at which
   * the error is expected to be smallest.
   */
  readonly valueBits?: number;
}

/** How many atoms a signal may use: said with `atoms`, and with nothing else. */
export type NonzerosChoice =
  | {
      readonly atoms: number;
      /** Atoms that one signal may use, t, at most `atoms`. */
      readonly nonzeros: number;
    }
  | { readonly atoms?: undefined; readonly nonzeros?: undefined };

/** How large codes and atoms are: exactly one of {@link CodeSizeWays}, with `nonzeros` beside `atoms`. */
export type SizeChoice = ExactlyOne<CodeSizeWays> & NonzerosChoice & CodeSettings;

/** Longest signals that are tried for a budget of bytes: with longer ones, atoms take too many. */
const LONGEST_SIGNAL = 32;
/** Atoms that are tried: powers of two, because their numbers are stored in whole bits; more take too long to learn. */
const ATOMS = [1, 2, 4, 8, 16, 32, 64, 128, 256, 512];
/** Bits of values that are tried; fewer than 3 leave hardly more than signs. */
const VALUE_BITS = [3, 4, 5, 6, 7, 8, 9, 10, 11, 12, 13, 14, 15, 16];

/**
 * The reference's rule: ⌊m·100 / percent + 1⌋ atoms, ⌊n·100 / percent + 1⌋ nonzeros, and never fewer atoms than nonzeros.
 *
 * Porting note: `dictionary_learning.dictionary_learning`. Divisors below 100 count as 100, as they do for low rank; Python
 * makes more atoms than there are rows of them.
 *
 * @throws GCompressError `invalid-matrix` for anything but a shape, `invalid-option` for a percent that is not above 0.
 */
export function sizesFromPercent(shape: Shape2D, percent: number): { atoms: number; nonzeros: number } {
  assertShape2D(shape, 'sizesFromPercent');
  assertNumber('sizesFromPercent', 'percent', percent, { above: 0 });
  const [rows, cols] = shape;
  const part = 100 / Math.max(100, percent);
  const nonzeros = Math.min(cols, Math.floor(part * cols + 1));
  return { atoms: Math.max(nonzeros, Math.floor(part * rows + 1)), nonzeros };
}

/**
 * The sizes for a matrix of this shape. Signals longer than a row, and more nonzeros than a signal has entries, are cut down
 * to that.
 *
 * @throws GCompressError `invalid-option` when nothing fits into the ratio or the bytes.
 */
export function sizesForShape(shape: Shape2D, choice: SizeChoice): CodeSizes {
  const [rows, cols] = shape;
  const { ratio, bytes, percent, atoms = 1, nonzeros = 1, valueBits = 32 } = choice;
  if (ratio !== undefined) return sizesForBytes(shape, (4 * rows * cols) / ratio, choice);
  if (bytes !== undefined) return sizesForBytes(shape, bytes, choice);
  const signalLength = Math.min(cols, choice.signalLength ?? cols);
  const sizes = percent === undefined ? { atoms, nonzeros } : sizesFromPercent(shape, percent);
  if (sizes.atoms > MAX_ATOMS) {
    throw new GCompressError('invalid-option', {
      where: 'dictLearn percent',
      expected: `at most ${MAX_ATOMS} atoms`,
      actual: `${sizes.atoms} for a matrix [${rows}, ${cols}]`,
      hint: 'Choose a larger divisor.',
    });
  }
  return { ...sizes, nonzeros: Math.min(sizes.nonzeros, signalLength), signalLength, valueBits };
}

/**
 * Refuses sizes at which the stored form may not be smaller than the matrix.
 *
 * @throws GCompressError `not-smaller`.
 */
export function assertSmaller(shape: Shape2D, sizes: CodeSizes): void {
  const dense = 4 * shape[0] * shape[1];
  const bytes = mostBytes(shape, sizes);
  if (bytes < dense) return;
  throw new GCompressError('not-smaller', {
    where: 'dictLearn',
    expected: `fewer than the ${dense} bytes of a matrix [${shape.join(', ')}]`,
    actual: `${bytes} bytes for ${sizes.atoms} atoms and ${sizes.nonzeros} nonzeros of ${sizes.valueBits} bits a signal`,
    hint: 'Choose fewer of both (a larger percent), a ratio, or allowLarger; or leave this matrix as it is.',
  });
}

/** Bytes of the stored form at most, where a mask may take fewer than {@link storedBytes} counts for positions. */
export function mostBytes(shape: Shape2D, sizes: CodeSizes): number {
  const { signalLength, atoms, nonzeros, valueBits } = sizes;
  const signals = shape[0] * Math.ceil(shape[1] / signalLength);
  const masked =
    4 * atoms * signalLength + packedBytes(signals * atoms, 1) + packedBytes(signals * nonzeros, valueBits);
  return Math.min(storedBytes(shape, sizes), masked);
}

/** Bytes of the stored form at most: atoms, and t positions and values for every signal. */
export function storedBytes([rows, cols]: Shape2D, { signalLength, atoms, nonzeros, valueBits }: CodeSizes): number {
  const entries = rows * Math.ceil(cols / signalLength) * nonzeros;
  return 4 * atoms * signalLength + packedBytes(entries, bitsFor(atoms)) + packedBytes(entries, valueBits);
}

/**
 * Estimate of the squared relative error for signals without structure, good enough to choose by. What the best t of k atoms
 * leave of a signal of L entries is about `k^(−2t / (L − 1))`: each of them finds a direction among the L − 1 of a sphere.
 * Rounding the values adds about `12·t / L · 4^(−bits)`.
 */
export function expectedError({ signalLength, atoms, nonzeros, valueBits }: CodeSizes): number {
  const unexplained = signalLength === 1 ? 0 : atoms ** ((-2 * nonzeros) / (signalLength - 1));
  return unexplained + ((12 * nonzeros) / signalLength) * 4 ** -valueBits;
}

/** Of the sizes that fit into so many bytes whatever the matrix holds, those with the smallest expected error. */
function sizesForBytes(shape: Shape2D, bytes: number, choice: SizeChoice): CodeSizes {
  let best: CodeSizes | undefined;
  let least = Number.POSITIVE_INFINITY;
  let smallest = Number.POSITIVE_INFINITY;
  for (const sizes of sizesWithOneNonzero(shape, choice)) {
    smallest = Math.min(smallest, storedBytes(shape, sizes));
    const most = Math.min(sizes.atoms, sizes.signalLength);
    for (let nonzeros = 1; nonzeros <= most; nonzeros++) {
      const larger = { ...sizes, nonzeros };
      if (storedBytes(shape, larger) > bytes) break;
      const error = expectedError(larger);
      if (error >= least) continue;
      least = error;
      best = larger;
    }
  }
  if (best) return best;
  throw new GCompressError('invalid-option', {
    where: 'dictLearn',
    expected: `at least ${smallest} bytes for a matrix [${shape.join(', ')}]`,
    actual: `${Math.floor(bytes)}`,
    hint: `The largest ratio here is ${((4 * shape[0] * shape[1]) / smallest).toFixed(2)}.`,
  });
}

function sizesWithOneNonzero([, cols]: Shape2D, { signalLength, valueBits }: SizeChoice): CodeSizes[] {
  // Signals of one entry would make the dictionary a mere scale, which only a single column needs
  const lengths = Array.from({ length: LONGEST_SIGNAL - 1 }, (_, i) => i + 2).filter((length) => length <= cols);
  const chosen = signalLength === undefined && cols > 1 ? lengths : [Math.min(cols, signalLength ?? 1)];
  const bits = valueBits === undefined ? VALUE_BITS : [valueBits];
  return chosen.flatMap((length) =>
    ATOMS.flatMap((atoms) => bits.map((each) => ({ signalLength: length, atoms, nonzeros: 1, valueBits: each }))),
  );
}
