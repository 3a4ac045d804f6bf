// Chooses signal length, atoms, nonzeros and value bits from the size options.
import { GCompressError, type Shape2D } from '@gcompress/core';
import { budgetBytes, budgetTooSmall, type ExactlyOne, type SizeBudget, sizeBudgetOf } from '@gcompress/core/checks';
import { bitsFor, packedBytes } from '@gcompress/core/storage';
import { type CodeSizes, MAX_ATOMS } from './codes/layout.ts';

/** The ways to choose the sizes of codes and atoms. */
export interface CodeSizeWays {
  /** Number of atoms, k; give `nonzeros` with it. */
  readonly atoms?: number;
  /** The stored form is at least this many times smaller than the matrix; above 1. */
  readonly ratio?: number;
  /** The stored form takes at most this many bytes. */
  readonly bytes?: number;
  /** The Python library's percent divisor: 200 for half as many atoms as rows and half as many nonzeros as columns. */
  readonly percent?: number;
}

/** Settings that go with every size. */
export interface CodeSettings {
  /**
   * Entries of a signal, L: rows are cut into pieces of this length. Default: whole rows; with `ratio` or `bytes`, the length with the
   * smallest expected error.
   */
  readonly signalLength?: number;
  /**
   * Bits of each stored value of a code: 32 for float32, or 2 to 16. Default 32; with `ratio` or `bytes`, the number with the smallest
   * expected error.
   */
  readonly valueBits?: number;
}

/** The most atoms of a signal; required with `atoms`, refused with every other size. */
export type NonzerosChoice =
  | {
      readonly atoms: number;
      /** Atoms that one signal may use, t, at most `atoms`. */
      readonly nonzeros: number;
    }
  | { readonly atoms?: undefined; readonly nonzeros?: undefined };

/** The choice of the sizes: exactly one of {@link CodeSizeWays}, and `nonzeros` with `atoms`. */
export type SizeChoice = ExactlyOne<CodeSizeWays> & NonzerosChoice & CodeSettings;

/** The longest signals that a budget tries: atoms of longer signals take too many bytes. */
const LONGEST_SIGNAL = 32;
/** Numbers of atoms that a budget tries: powers of two use their index bits fully; more atoms take too long to learn. */
const ATOMS = [1, 2, 4, 8, 16, 32, 64, 128, 256, 512];
/** Value bits that a budget tries; fewer than 3 keep little more than signs. */
const VALUE_BITS = [3, 4, 5, 6, 7, 8, 9, 10, 11, 12, 13, 14, 15, 16];

/**
 * The Python library's rule: ⌊m·100 / percent + 1⌋ atoms, ⌊n·100 / percent + 1⌋ nonzeros, and never fewer atoms than nonzeros.
 *
 * Porting note: `dictionary_learning.dictionary_learning`. Divisors below 100 count as 100, as for low rank; Python then makes more
 * atoms than the matrix has rows.
 */
export function sizesFromPercent([rows, cols]: Shape2D, percent: number): { atoms: number; nonzeros: number } {
  const part = 100 / Math.max(100, percent);
  const nonzeros = Math.min(cols, Math.floor(part * cols + 1));
  return { atoms: Math.max(nonzeros, Math.floor(part * rows + 1)), nonzeros };
}

/**
 * The sizes for a matrix of this shape. Signals are cut to the length of a row, and nonzeros to the length of a signal.
 *
 * @throws GCompressError `invalid-option` when the smallest sizes exceed the ratio or the bytes.
 */
export function sizesForShape(shape: Shape2D, choice: SizeChoice): CodeSizes {
  const [rows, cols] = shape;
  const { percent, atoms = 1, nonzeros = 1, valueBits = 32 } = choice;
  const budget = sizeBudgetOf('dictLearn', choice);
  if (budget !== undefined) return sizesForBudget(shape, budget, choice);
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
 * Refuses sizes whose stored form may not be smaller than the matrix.
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
    hint: 'Choose fewer atoms and nonzeros (a larger percent) or a ratio, set allowLarger, or leave this matrix as it is.',
  });
}

/** The most bytes of the stored form: with positions as in {@link storedBytes}, or with a mask if that takes fewer. */
export function mostBytes(shape: Shape2D, sizes: CodeSizes): number {
  const { signalLength, atoms, nonzeros, valueBits } = sizes;
  const signals = shape[0] * Math.ceil(shape[1] / signalLength);
  const masked =
    4 * atoms * signalLength + packedBytes(signals * atoms, 1) + packedBytes(signals * nonzeros, valueBits);
  return Math.min(storedBytes(shape, sizes), masked);
}

/** The most bytes of the stored form with positions: atoms, and t positions and values for every signal. */
export function storedBytes([rows, cols]: Shape2D, { signalLength, atoms, nonzeros, valueBits }: CodeSizes): number {
  const entries = rows * Math.ceil(cols / signalLength) * nonzeros;
  return 4 * atoms * signalLength + packedBytes(entries, bitsFor(atoms)) + packedBytes(entries, valueBits);
}

/**
 * Estimate of the squared relative error for signals without structure, good enough to choose sizes. The best t of k atoms leave
 * about `k^(−2t / (L − 1))` of a signal of L entries: each atom covers a part of a sphere of L − 1 dimensions. Rounding the values
 * adds about `12·t / L · 4^(−bits)`.
 */
export function expectedError({ signalLength, atoms, nonzeros, valueBits }: CodeSizes): number {
  const unexplained = signalLength === 1 ? 0 : atoms ** ((-2 * nonzeros) / (signalLength - 1));
  return unexplained + ((12 * nonzeros) / signalLength) * 4 ** -valueBits;
}

/** The sizes of smallest expected error among the sizes that fit the budget for every matrix of this shape. */
function sizesForBudget(shape: Shape2D, budget: SizeBudget, choice: SizeChoice): CodeSizes {
  const bytes = budgetBytes('dictLearn', budget, shape);
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
  throw budgetTooSmall('dictLearn', budget, shape, smallest);
}

function sizesWithOneNonzero([, cols]: Shape2D, { signalLength, valueBits }: SizeChoice): CodeSizes[] {
  // With signals of one entry the dictionary is only a scale, useful for a single column alone
  const lengths = Array.from({ length: LONGEST_SIGNAL - 1 }, (_, i) => i + 2).filter((length) => length <= cols);
  const chosen = signalLength === undefined && cols > 1 ? lengths : [Math.min(cols, signalLength ?? 1)];
  const bits = valueBits === undefined ? VALUE_BITS : [valueBits];
  return chosen.flatMap((length) =>
    ATOMS.flatMap((atoms) => bits.map((each) => ({ signalLength: length, atoms, nonzeros: 1, valueBits: each }))),
  );
}
