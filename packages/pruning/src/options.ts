// Options of the pruning methods: types, checks, defaults, and the kept entries and bytes for a matrix shape.
import {
  GCompressError,
  type Matrix,
  type ProgressOptions,
  pacedProgress,
  partialProgress,
  type Shape2D,
} from '@gcompress/core';
import {
  assertKnownOptions,
  assertNumber,
  assertOneOf,
  assertSeed,
  type ExactlyOne,
  exactlyOneOption,
} from '@gcompress/core/checks';
import { type BlockGrid, blockGrid, flagsOf } from './masks/block-grid.ts';
import { flagLargest, keptCount } from './masks/largest.ts';
import {
  assertBlockShape,
  assertPattern,
  type BlockPooling,
  blockScores,
  largestOfGroups,
  type ScoredMatrix,
  type SparsityPattern,
} from './masks/masks.ts';
import { positionBytes } from './masks/positions.ts';
import { assertSparsity, type CompleteGrowth, completeGrowth, type GrowingSparsity } from './sparsity/sparsity.ts';

/**
 * The unit of pruning: single entries, blocks of some rows and columns (−1 for a whole side), or m of each n entries of a column.
 */
export type PruningStructure =
  | 'entries'
  | { readonly blockHeight: number; readonly blockWidth: number; readonly pooling?: BlockPooling }
  | SparsityPattern;

/** The ways to set how much is kept. */
export interface PruningSizes {
  /**
   * Part of the entries or blocks that is pruned, from 0 to below 1, or a schedule by which this part grows during training. Outside
   * training, `compress` prunes the final part.
   */
  readonly sparsity?: number | GrowingSparsity;
  /** How many times smaller than the matrix the stored form must be, above 1. As many entries are kept as this allows. */
  readonly ratio?: number;
  /** The most bytes of the stored form. As many entries are kept as this allows. */
  readonly bytes?: number;
}

/** The unit of pruning and the size: exactly one of {@link PruningSizes}; with m of n no size, because the pattern decides it. */
export type PruningChoice =
  | (ExactlyOne<PruningSizes> & { readonly structure?: Exclude<PruningStructure, SparsityPattern> })
  | ({ readonly [size in keyof PruningSizes]?: undefined } & { readonly structure: SparsityPattern });

/** More options of all pruning methods. */
export interface PruningSettings {
  /** Seed of the shuffle among equal magnitudes, an integer from 0 to 2³² − 1. Default 0. */
  readonly seed?: number;
  /** Accept a size at which the stored form may be larger than the matrix. Default false. */
  readonly allowLarger?: boolean;
}

/** Options of all pruning methods: the unit of pruning (`structure`, default `'entries'`), and the size. */
export type PruningOptions = PruningChoice & PruningSettings;

/** Names of {@link PruningOptions}. */
export const PRUNING_OPTIONS = ['sparsity', 'ratio', 'bytes', 'structure', 'seed', 'allowLarger'] as const;
const SIZES = ['sparsity', 'ratio', 'bytes'] as const;

/** {@link PruningOptions} with all defaults filled in. */
export interface CompletePruning extends Omit<PruningSizes, 'sparsity'>, Required<PruningSettings> {
  readonly structure: PruningStructure;
  readonly sparsity?: number | CompleteGrowth;
}

/** The kept entries and the bytes of a matrix. */
export interface PruningPlan {
  readonly grid: BlockGrid;
  /** The number of kept blocks; with m of n, the most blocks. */
  readonly keep: number;
  /** The most entries in these blocks. */
  readonly entries: number;
  /** The most bytes of the stored form. */
  readonly byteLength: number;
}

/**
 * Checks the options, adds the defaults and removes undefined options.
 *
 * @throws GCompressError `unknown-option` or `invalid-option`.
 */
export function completePruning(where: string, options: PruningOptions): CompletePruning {
  const { structure = 'entries', seed = 0, allowLarger = false } = options;
  assertStructure(where, structure);
  assertSeed(seed, where);
  assertOneOf(where, 'allowLarger', allowLarger, [true, false]);
  const { sparsity } = options;
  const growing = typeof sparsity === 'object' && sparsity !== null;
  const sizes = growing ? { ...options, sparsity: completeGrowth(where, sparsity) } : options;
  const given = Object.fromEntries(
    SIZES.filter((name) => sizes[name] !== undefined).map((name) => [name, sizes[name]]),
  );
  const complete: CompletePruning = { ...given, structure, seed, allowLarger };
  if (isPattern(structure)) {
    if (Object.keys(given).length === 0) return complete;
    throw new GCompressError('invalid-option', {
      where: `${where} ${Object.keys(given)[0]}`,
      expected: 'no size, because m of n decides the size',
      actual: 'a size',
    });
  }
  const size = exactlyOneOption(where, options, SIZES);
  if (size === 'sparsity' && !growing) assertSparsity(where, size, sparsity);
  if (size === 'ratio') assertNumber(where, size, options.ratio, { above: 1 });
  if (size === 'bytes') assertNumber(where, size, options.bytes, { min: 1, integer: true });
  return complete;
}

/**
 * The kept entries and the bytes of a matrix of this shape, at a fixed sparsity.
 *
 * @param valueBytes the most bytes for a number of kept entries.
 * @throws GCompressError `not-smaller` when the stored form may not be smaller than the matrix, unless `allowLarger`;
 * `invalid-option` when not even one block fits in the ratio or the bytes.
 */
export function pruningPlan(
  where: string,
  shape: Shape2D,
  options: CompletePruning,
  valueBytes: (entries: number) => number,
): PruningPlan {
  const plan = anyPlan(where, shape, options, valueBytes);
  if (options.allowLarger || plan.byteLength < denseBytes(shape)) return plan;
  throw new GCompressError('not-smaller', {
    where,
    expected: `fewer than the ${denseBytes(shape)} bytes of a matrix [${shape.join(', ')}]`,
    actual: `up to ${plan.byteLength} bytes for ${plan.entries} kept entries and their positions`,
    hint: 'Prune more, set allowLarger: true, or leave this matrix uncompressed.',
  });
}

function denseBytes([rows, cols]: Shape2D): number {
  return rows * cols * Float32Array.BYTES_PER_ELEMENT;
}

function anyPlan(
  where: string,
  shape: Shape2D,
  { structure, sparsity, ratio, bytes, allowLarger }: CompletePruning,
  valueBytes: (entries: number) => number,
): PruningPlan {
  const [rows, cols] = shape;
  const planned = (grid: BlockGrid, keep: number): PruningPlan => {
    const entries = Math.min(rows * cols, keep * grid.blockHeight * grid.blockWidth);
    return { grid, keep, entries, byteLength: valueBytes(entries) + positionBytes(grid.count, keep) };
  };
  if (isPattern(structure)) {
    const { m, n } = structure;
    return planned(blockGrid(shape, 1, 1), cols * (Math.floor(rows / n) * m + Math.min(rows % n, m)));
  }
  const { blockHeight, blockWidth } = structure === 'entries' ? { blockHeight: 1, blockWidth: 1 } : structure;
  const grid = blockGrid(shape, blockHeight, blockWidth);
  if (typeof sparsity === 'number') return planned(grid, keptCount(grid.count, sparsity));

  const dense = denseBytes(shape);
  const budget = ratio === undefined ? (bytes ?? 0) : dense / ratio;
  const least = planned(grid, 1).byteLength;
  if (bytes !== undefined && least <= bytes && least >= dense) return planned(grid, 1);
  if (least > budget) {
    throw new GCompressError('invalid-option', {
      where,
      expected: `at least the ${least} bytes of one block for a matrix [${rows}, ${cols}]`,
      actual: ratio === undefined ? `bytes ${bytes}` : `ratio ${ratio}`,
      hint: `The largest ratio here is ${(dense / least).toFixed(2)}.`,
    });
  }
  // A budget larger than the matrix must not make the stored form larger than the matrix
  const most = allowLarger ? budget : Math.min(budget, dense - 1);
  let fits = 1;
  let tooMany = grid.count + 1;
  while (tooMany - fits > 1) {
    const middle = (fits + tooMany) >>> 1;
    if (planned(grid, middle).byteLength <= most) fits = middle;
    else tooMany = middle;
  }
  return planned(grid, fits);
}

/**
 * A flag for each block of the plan's grid: 1 for a kept block. The score of an entry is its magnitude; with importance, it is the root of
 * its cost of pruning, `importance·entry²`.
 */
export function keptFlags(
  matrix: Matrix,
  { structure, seed }: CompletePruning,
  { grid, keep }: PruningPlan,
  progress: ProgressOptions = {},
  importance?: Matrix,
): Uint8Array {
  const scored = importance ? weighed(matrix, importance, partialProgress(progress, 0, 0.2)) : matrix;
  const rest = partialProgress(progress, 0.2, 1);
  if (isPattern(structure)) {
    const { data } = largestOfGroups(scored, structure, partialProgress(rest, 0, 0.8));
    return flagsOf(data, grid, pacedProgress(partialProgress(rest, 0.8, 1)));
  }
  const pooling = structure === 'entries' ? undefined : structure.pooling;
  const scores = blockScores(scored, grid, pooling, pacedProgress(partialProgress(rest, 0, 0.3)));
  return flagLargest(scores, keep, seed, partialProgress(rest, 0.3, 1));
}

/** The scores with importance, in float64, because float32 does not hold all products. */
function weighed({ shape, data }: Matrix, { data: weights }: Matrix, progress: ProgressOptions): ScoredMatrix {
  const pace = pacedProgress(progress);
  const scores = new Float64Array(data.length);
  for (let entry = 0; entry < data.length; entry++) {
    scores[entry] = Math.abs(data[entry]) * Math.sqrt(weights[entry]);
    pace(1, entry / data.length);
  }
  return { shape, data: scores };
}

function isPattern(structure: PruningStructure): structure is SparsityPattern {
  return structure !== 'entries' && 'm' in structure;
}

function assertStructure(where: string, structure: PruningStructure): void {
  if (structure === 'entries') return;
  assertKnownOptions(`${where} structure`, structure, ['blockHeight', 'blockWidth', 'pooling', 'm', 'n']);
  if (isPattern(structure)) {
    assertPattern(where, structure);
    return;
  }
  const { blockHeight: height, blockWidth: width, ...rest } = structure;
  assertBlockShape(where, { height, width, ...rest });
}
