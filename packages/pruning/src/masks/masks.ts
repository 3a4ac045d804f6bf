// Pruning masks: keep the largest entries, the largest blocks, or m of each n entries.
import { GCompressError, type Matrix, type Pace, type ProgressOptions, pacedProgress } from '@gcompress/core';
import {
  assertFinite,
  assertKnownOptions,
  assertMatrix,
  assertNumber,
  assertSeed,
  describeValue,
} from '@gcompress/core/checks';
import { assertSparsity } from '../sparsity/sparsity.ts';
import { type BlockGrid, blockGrid, forEachEntry } from './block-grid.ts';
import { flagLargest, keptCount } from './largest.ts';

/** The score of a block: the mean or the largest of its magnitudes. */
export type BlockPooling = 'average' | 'max';

/** The size and score of blocks that are kept or pruned as a whole. */
export interface BlockShape {
  /** Rows of a block; −1 for all. */
  readonly height: number;
  /** Columns of a block; −1 for all. */
  readonly width: number;
  /** Score of a block. Default `'average'`. */
  readonly pooling?: BlockPooling;
}

/** N:M sparsity, which keeps m entries of each group of n: `{ m: 2, n: 4 }` is known as 2:4. */
export interface SparsityPattern {
  /** Kept entries of each group, from 1 to n. */
  readonly m: number;
  /** Entries of a group. */
  readonly n: number;
}

/**
 * A mask with 1 for the `size·(1 − sparsity)` entries of largest magnitude and 0 for the others. The number is rounded half
 * to even, and always kept exactly, because a seeded shuffle decides among equal magnitudes.
 *
 * @param matrix shape `[m, n]`; is not changed.
 * @param sparsity part of the entries that is pruned, from 0 to below 1.
 * @param seed of the shuffle, an integer from 0 to 2³² − 1.
 * @returns a matrix `[m, n]` of zeros and ones.
 * @throws GCompressError `invalid-matrix`, `non-finite` or `invalid-option`.
 */
export function magnitudeMask(matrix: Matrix, sparsity: number, seed = 0): Matrix {
  return largestBlocks('magnitudeMask', matrix, sparsity, { height: 1, width: 1 }, seed);
}

/**
 * {@link magnitudeMask} for blocks of entries: 1 in the blocks of largest pooled magnitude. Blocks begin at the first row and
 * column. Blocks that are cut off by the edge are pooled over their remaining entries.
 *
 * @throws GCompressError `invalid-matrix`, `non-finite`, `unknown-option` or `invalid-option`.
 *
 * Porting note: the reference pools with SAME padding, which starts before the matrix if more than one row or column is
 * missing, but it prunes blocks that start at the first row. It then prunes other blocks than it pooled.
 */
export function blockMask(matrix: Matrix, sparsity: number, shape: BlockShape, seed = 0): Matrix {
  return largestBlocks('blockMask', matrix, sparsity, shape, seed);
}

/**
 * A mask with 1 for the m entries of largest magnitude in each group of n in a column, and 0 for the others. Columns run
 * along the inputs of a layer `x · W`. An incomplete last group keeps up to m entries.
 *
 * @param matrix shape `[inputs, outputs]`; is not changed.
 * @returns a matrix `[inputs, outputs]` of zeros and ones.
 * @throws GCompressError `invalid-matrix`, `non-finite`, `unknown-option` or `invalid-option`.
 *
 * Porting note: `intra_block_sparsity`, which prunes entries of equal magnitude together and so may keep fewer than m. Here,
 * the first of equal entries are kept, so that m stay.
 */
export function patternMask(matrix: Matrix, pattern: SparsityPattern): Matrix {
  const where = 'patternMask';
  assertMatrix(matrix, where);
  assertFinite(matrix, where);
  assertPattern(where, pattern);
  return largestOfGroups(matrix, pattern, {});
}

/** The scores that decide which entries are kept: a matrix, or its entries weighed by importance, in float64. */
export interface ScoredMatrix {
  readonly shape: Matrix['shape'];
  readonly data: Float32Array | Float64Array;
}

/** {@link patternMask} without argument checks; reports its progress. */
export function largestOfGroups(
  { shape, data }: ScoredMatrix,
  pattern: SparsityPattern,
  progress: ProgressOptions,
): Matrix {
  const [rows, cols] = shape;
  const mask = new Float32Array(data.length);
  const pace = pacedProgress(progress);
  for (let first = 0; first < rows; first += pattern.n) {
    const last = Math.min(first + pattern.n, rows);
    for (let col = 0; col < cols; col++) {
      const group = Array.from({ length: last - first }, (_, i) => (first + i) * cols + col);
      group.sort((a, b) => Math.abs(data[b]) - Math.abs(data[a]) || a - b);
      for (const entry of group.slice(0, pattern.m)) mask[entry] = 1;
      // Sorting such a small group takes about 50 operations an entry
      pace(50 * group.length, (first + ((last - first) * col) / cols) / rows);
    }
  }
  return { shape: [rows, cols], data: mask };
}

function largestBlocks(where: string, matrix: Matrix, sparsity: number, shape: BlockShape, seed: number): Matrix {
  assertMatrix(matrix, where);
  assertFinite(matrix, where);
  assertSparsity(where, 'sparsity', sparsity);
  assertBlockShape(where, shape);
  assertSeed(seed, where);
  const grid = blockGrid(matrix.shape, shape.height, shape.width);
  return spread(flagLargest(blockScores(matrix, grid, shape.pooling), keptCount(grid.count, sparsity), seed), grid);
}

/** Pooled magnitude of each block. */
export function blockScores(
  { data }: ScoredMatrix,
  grid: BlockGrid,
  pooling: BlockPooling = 'average',
  pace?: Pace,
): Float64Array {
  const scores = new Float64Array(grid.count);
  // For single entries, mean and largest are equal
  if (pooling === 'max' || grid.blockHeight * grid.blockWidth === 1) {
    forEachEntry(
      grid,
      (entry, block) => {
        scores[block] = Math.max(scores[block], Math.abs(data[entry]));
      },
      pace,
    );
    return scores;
  }
  const sizes = new Int32Array(grid.count);
  forEachEntry(
    grid,
    (entry, block) => {
      scores[block] += Math.abs(data[entry]);
      sizes[block]++;
    },
    pace,
  );
  return scores.map((sum, block) => sum / sizes[block]);
}

/** The mask `[m, n]` whose blocks have these flags. */
export function spread(flags: Uint8Array, grid: BlockGrid, pace?: Pace): Matrix {
  const [rows, cols] = grid.shape;
  const mask = new Float32Array(rows * cols);
  forEachEntry(
    grid,
    (entry, block) => {
      mask[entry] = flags[block];
    },
    pace,
  );
  return { shape: [rows, cols], data: mask };
}

/** Checks a {@link BlockShape}. */
export function assertBlockShape(where: string, shape: BlockShape): void {
  assertKnownOptions(`${where} blocks`, shape, ['height', 'width', 'pooling']);
  const { height, width, pooling = 'average' } = shape;
  if (height !== -1) assertNumber(where, 'height', height, { min: 1, integer: true });
  if (width !== -1) assertNumber(where, 'width', width, { min: 1, integer: true });
  if (pooling === 'average' || pooling === 'max') return;
  throw new GCompressError('invalid-option', {
    where: `${where} pooling`,
    expected: "'average' or 'max'",
    actual: describeValue(pooling),
  });
}

/** Checks a {@link SparsityPattern}. */
export function assertPattern(where: string, pattern: SparsityPattern): void {
  assertKnownOptions(`${where} pattern`, pattern, ['m', 'n']);
  assertNumber(where, 'n', pattern.n, { min: 1, integer: true });
  assertNumber(where, 'm', pattern.m, { min: 1, max: pattern.n, integer: true });
}
