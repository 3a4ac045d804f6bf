// Plans a matrix: layout, shapes of the factors, and bytes, from its shape and the options.
import { type FactorSpec, GCompressError, type Shape2D } from '@gcompress/core';
import { assertElementLimit, largestThatFits, sizeBudgetOf } from '@gcompress/core/checks';
import { bitsFor, packedBytes } from '@gcompress/core/storage';
import type { KMeansFactor } from './format.ts';
import { type Layout, layoutOf, MAX_LEVELS } from './layout/layout.ts';
import type { CodebookScope, CompleteOptions } from './options.ts';

/** Layout, config and factor shapes for a matrix `[m, n]`. */
export interface KMeansPlan {
  readonly layout: Layout;
  readonly config: {
    readonly blockSize: number;
    readonly levels: number;
    readonly groupRows: number;
    readonly groupBlocks: number;
  };
  readonly factors: Record<KMeansFactor, FactorSpec>;
  /** The most bytes of the stored form; it takes fewer if the matrix does not use all levels. */
  readonly byteLength: number;
}

/**
 * The plan for a shape. A block longer than a row is cut to the row; a codebook has at most as many levels as blocks.
 *
 * @throws GCompressError `not-smaller` when the stored form may not be smaller than the matrix and `allowLarger` is false;
 * `invalid-option` when two levels exceed the bytes or the ratio.
 */
export function planFor(shape: Shape2D, options: CompleteOptions): KMeansPlan {
  const [rows, cols] = shape;
  const blockSize = Math.min(options.blockSize, cols);
  const blocks = Math.ceil(cols / blockSize);
  const { groupRows, groupBlocks } = groupSides(options.codebooks, rows, blocks, options.blockSize);
  // The zero of keepZero may come on top of the blocks
  const most = Math.min(MAX_LEVELS, groupRows * groupBlocks + (options.keepZero === true ? 1 : 0));
  const sides = { blockSize, groupRows, groupBlocks };
  const storedBytes = (levels: number) => {
    const { groups } = layoutOf({ shape, config: { ...sides, levels } });
    return groups * levels * blockSize * Float32Array.BYTES_PER_ELEMENT + packedBytes(rows * blocks, bitsFor(levels));
  };
  const levels = levelsFor(shape, options, most, storedBytes);
  const config = { ...sides, levels };
  const layout = layoutOf({ shape, config });
  if (!options.allowLarger) assertSmaller(shape, storedBytes(levels), levels);
  assertElementLimit(layout.groups * levels * blockSize, 'kMeans codebook');
  return {
    layout,
    config,
    byteLength: storedBytes(levels),
    factors: {
      codebook: { shape: [layout.groups * levels, blockSize], dtype: 'float32', trainable: true },
      encoding: { shape: [rows, blocks], dtype: 'int32', trainable: false },
    },
  };
}

function assertSmaller([rows, cols]: Shape2D, bytes: number, levels: number): void {
  const dense = rows * cols * Float32Array.BYTES_PER_ELEMENT;
  if (bytes < dense) return;
  throw new GCompressError('not-smaller', {
    where: 'kMeans',
    expected: `fewer than the ${dense} bytes of a matrix [${rows}, ${cols}]`,
    actual: `up to ${bytes} bytes with ${levels} levels a codebook`,
    hint: 'Choose fewer levels or codebooks, set allowLarger, or leave this matrix as it is.',
  });
}

function groupSides(scope: CodebookScope, rows: number, blocks: number, blockSize: number) {
  if (scope === 'tensor') return { groupRows: rows, groupBlocks: blocks };
  if (scope === 'column') return { groupRows: rows, groupBlocks: 1 };
  const { rows: groupRows = rows, columns = blocks * blockSize } = scope;
  return { groupRows: Math.min(groupRows, rows), groupBlocks: Math.min(columns / blockSize, blocks) };
}

function levelsFor(
  shape: Shape2D,
  options: CompleteOptions,
  most: number,
  storedBytes: (levels: number) => number,
): number {
  const { bits = 1, levels = 2 ** bits } = options;
  const budget = sizeBudgetOf('kMeans', options);
  if (budget === undefined) return Math.min(levels, most);
  return largestThatFits('kMeans', budget, shape, storedBytes, { min: Math.min(2, most), max: most });
}
