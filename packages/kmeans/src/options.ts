// Options of `kMeans`: types, checks and defaults.
import { GCompressError } from '@gcompress/core';
import {
  assertKnownOptions,
  assertNumber,
  assertOneOf,
  assertSeed,
  describeValue,
  type ExactlyOne,
  exactlyOneOption,
} from '@gcompress/core/checks';
import { MAX_LEVELS } from './layout/layout.ts';

/** The ways to choose the levels of each codebook. */
export interface CodebookSizes {
  /** Rows of each codebook, from 2 to 65,536. A codebook never has more rows than blocks. */
  readonly levels?: number;
  /** Bits for each block, from 1 to 16: `2^bits` levels. */
  readonly bits?: number;
  /** The most levels whose stored form is at least this many times smaller than the matrix; above 1. */
  readonly ratio?: number;
  /** The most levels whose stored form takes at most this many bytes. */
  readonly bytes?: number;
}

/** The choice of the levels: exactly one of {@link CodebookSizes}. */
export type CodebookSize = ExactlyOne<CodebookSizes>;

/**
 * The blocks that share a codebook: all blocks of the matrix, one column of blocks, or a tile of rows and columns. `columns` counts
 * columns of the matrix and must be a multiple of the block size. An omitted side stands for the whole side.
 */
export type CodebookScope = 'tensor' | 'column' | { readonly rows?: number; readonly columns?: number };

/** Options of `kMeans`: exactly one size, and how the codebooks are found. */
export type KMeansOptions = CodebookSize & KMeansSettings;

/** How `kMeans` finds its codebooks. */
export interface KMeansSettings {
  /** Consecutive entries of a row that form a block. Default 1, single entries. */
  readonly blockSize?: number;
  /** The blocks that share a codebook. Default `'tensor'`, all blocks. */
  readonly codebooks?: CodebookScope;
  /** Part of the entries, from 0 to 1, that is set to zero before clustering, smallest magnitudes first. Default 0. */
  readonly pruningFraction?: number;
  /**
   * True if each codebook must have a row that is exactly zero; the other rows are optimal beside it. Default: true for a codebook
   * with a zero block, as after pruning.
   */
  readonly keepZero?: boolean;
  /** For blocks: the most iterations of Lloyd's algorithm. Default 100. */
  readonly iterations?: number;
  /** For blocks: relative decrease of the squared error below which the iterations end. Default 1e-4. */
  readonly tolerance?: number;
  /** For blocks: searches from different starts; the best is kept. Default 3. */
  readonly restarts?: number;
  /** For blocks: seed of the starts, an integer from 0 to 2³² − 1. Default 0. */
  readonly seed?: number;
  /** Accept levels whose stored form may not be smaller than the matrix. Default false. */
  readonly allowLarger?: boolean;
}

/** The names of {@link CodebookSizes}. */
export const SIZES = ['levels', 'bits', 'ratio', 'bytes'] as const;

/** Names of the settings of the search. */
const SEARCH = ['iterations', 'tolerance', 'restarts', 'seed', 'allowLarger'] as const;
const WHERE = 'kMeans';

/** {@link KMeansOptions} with all defaults filled in. */
export type CompleteOptions = CodebookSizes & KMeansSettings & Required<Omit<KMeansSettings, 'keepZero'>>;

/**
 * Checks the options and fills in the defaults.
 *
 * @throws GCompressError `unknown-option` or `invalid-option`.
 */
export function completeOptions(options: KMeansOptions): CompleteOptions {
  assertKnownOptions(WHERE, options, [...SIZES, 'blockSize', 'codebooks', 'pruningFraction', 'keepZero', ...SEARCH]);
  const size = exactlyOneOption(WHERE, options, SIZES);
  assertNumber(WHERE, size, options[size], SIZE_RANGES[size]);
  const given = Object.fromEntries(Object.entries(options).filter(([, value]) => value !== undefined));
  const complete: CompleteOptions = {
    blockSize: 1,
    codebooks: 'tensor',
    pruningFraction: 0,
    iterations: 100,
    tolerance: 1e-4,
    restarts: 3,
    seed: 0,
    allowLarger: false,
    ...given,
  };
  assertNumber(WHERE, 'blockSize', complete.blockSize, { min: 1, integer: true });
  assertNumber(WHERE, 'pruningFraction', complete.pruningFraction, { min: 0, max: 1 });
  assertNumber(WHERE, 'iterations', complete.iterations, { min: 1, integer: true });
  assertNumber(WHERE, 'tolerance', complete.tolerance, { min: 0, max: 1 });
  assertNumber(WHERE, 'restarts', complete.restarts, { min: 1, integer: true });
  assertSeed(complete.seed, WHERE);
  assertOneOf(WHERE, 'allowLarger', complete.allowLarger, [true, false]);
  if (complete.keepZero !== undefined && typeof complete.keepZero !== 'boolean') {
    throw invalid('keepZero', 'true or false', describeValue(complete.keepZero));
  }
  assertScope(complete.codebooks, complete.blockSize);
  return complete;
}

const SIZE_RANGES = {
  levels: { min: 2, max: MAX_LEVELS, integer: true },
  bits: { min: 1, max: 16, integer: true },
  ratio: { above: 1 },
  bytes: { min: 1, integer: true },
} as const;

function assertScope(scope: CodebookScope, blockSize: number): void {
  if (scope === 'tensor' || scope === 'column') return;
  if (typeof scope !== 'object' || scope === null) {
    throw invalid('codebooks', "'tensor', 'column', or an object with rows or columns", describeValue(scope));
  }
  assertKnownOptions(`${WHERE} codebooks`, scope, ['rows', 'columns']);
  const { rows, columns } = scope;
  if (rows === undefined && columns === undefined)
    throw invalid('codebooks', 'rows, columns or both', 'an object without them');
  if (rows !== undefined) assertNumber(WHERE, 'codebooks.rows', rows, { min: 1, integer: true });
  if (columns !== undefined) {
    assertNumber(WHERE, 'codebooks.columns', columns, { min: 1, integer: true });
    if (columns % blockSize !== 0)
      throw invalid('codebooks.columns', `a multiple of the block size ${blockSize}`, `${columns}`);
  }
}

function invalid(option: string, expected: string, actual: string): GCompressError {
  return new GCompressError('invalid-option', { where: `${WHERE} ${option}`, expected, actual });
}
