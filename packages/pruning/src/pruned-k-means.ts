// The method `prunedKMeans`: magnitude pruning, then a codebook for the kept entries.
import {
  type Algorithm,
  defineMethod,
  type Factor,
  indexFactor,
  type JsonObject,
  type Matrix,
  type ProgressOptions,
  pacedProgress,
  partialProgress,
  reportProgress,
  type Shape2D,
} from '@gcompress/core';
import { assertKnownOptions, assertNumber } from '@gcompress/core/checks';
import { bitsFor, packedBytes } from '@gcompress/core/storage';
import { growingAlgorithm } from './growing-algorithm.ts';
import { encodeNearest, lineCodebook } from './line-codebook.ts';
import { configFor, keptEntries } from './masks/block-grid.ts';
import {
  type CompletePruning,
  completePruning,
  keptFlags,
  PRUNING_OPTIONS,
  type PruningOptions,
  type PruningPlan,
  pruningPlan,
} from './options.ts';
import { codebookFactors, MAX_LEVELS, type PrunedKMeansFactor, prunedKMeansFormat } from './pruned-k-means-format.ts';

/** Options of {@link prunedKMeans}. */
export type PrunedKMeansOptions = PruningOptions & CodebookSettings;

/** Options of the codebook of {@link prunedKMeans}. */
export interface CodebookSettings {
  /** Levels of the codebook for the kept entries, from 1 to 1,024, and at most the number of kept entries. Default 16. */
  readonly levels?: number;
}

type Complete = CompletePruning & Required<CodebookSettings>;

const WHERE = 'prunedKMeans';

/**
 * Magnitude pruning, then a codebook for the kept entries: each kept entry becomes the nearest of a few levels, found by one-dimensional
 * k-means over the kept entries. Pruned entries are exactly zero and stay so in training. The levels
 * are trainable.
 *
 * @throws GCompressError when an option is unknown or out of range, or when more than one size is given.
 *
 * Porting note: `KmeansPruningCompressionOp`, with codebooks for single entries only: any other `block_size` is refused,
 * and `do_transpose` is not needed. The reference starts from a random codebook, and goes back to the pruned but
 * uncompressed matrix after `end_compression_step`; here the compressed matrix stays. Its codebook needs a level for
 * zero; this codebook does not.
 */
export const prunedKMeans = /* @__PURE__ */ defineMethod<PrunedKMeansOptions, PrunedKMeansFactor>({
  name: 'kmeans-pruning',
  format: prunedKMeansFormat,

  create(options) {
    assertKnownOptions(WHERE, options, [...PRUNING_OPTIONS, 'levels']);
    const { levels = 16 } = options;
    assertNumber(WHERE, 'levels', levels, { min: 1, max: MAX_LEVELS, integer: true });
    return growingAlgorithm({ ...completePruning(WHERE, options), levels }, fixedAlgorithm);
  },
});

function fixedAlgorithm(
  options: Complete,
  room: Complete,
): Algorithm<PrunedKMeansFactor, Record<PrunedKMeansFactor, Factor>> {
  return {
    options: { ...options } as unknown as JsonObject,
    plan(shape) {
      const { grid, levels } = planFor(shape, room);
      return {
        factors: {
          codebook: { shape: [levels + 1, 1], dtype: 'float32', trainable: true },
          kept: { shape: [levels + 1, 1], dtype: 'float32', trainable: false },
          encoding: { shape: [...shape], dtype: 'int32', trainable: false },
        },
        config: { levels, ...configFor(grid) },
        byteLength: planFor(shape, options).byteLength,
      };
    },
    factorize: (matrix, listeners) => factorize(matrix, options, planFor(matrix.shape, room).levels, listeners),
  };
}

function planFor(shape: Shape2D, options: Complete): PruningPlan & { readonly levels: number } {
  const levelsOf = (entries: number) => Math.max(1, Math.min(options.levels, entries));
  const plan = pruningPlan(WHERE, shape, options, (entries) => {
    const levels = levelsOf(entries);
    return levels * Float32Array.BYTES_PER_ELEMENT + packedBytes(entries, bitsFor(levels));
  });
  return { ...plan, levels: levelsOf(plan.entries) };
}

function factorize(
  matrix: Matrix,
  options: Complete,
  levels: number,
  listeners: ProgressOptions,
): Record<PrunedKMeansFactor, Factor> {
  const plan = planFor(matrix.shape, options);
  reportProgress(listeners, 0);
  const flags = keptFlags(matrix, options, plan, partialProgress(listeners, 0, 0.3));
  const entries = keptEntries(flags, plan.grid, pacedProgress(partialProgress(listeners, 0.3, 0.4)));
  const encoding = new Int32Array(matrix.data.length);
  let codebook: Float32Array = new Float32Array(0);
  if (entries.length > 0) {
    const values = new Float32Array(entries.length);
    const gather = pacedProgress(partialProgress(listeners, 0.4, 0.45));
    for (let at = 0; at < values.length; at++) {
      values[at] = matrix.data[entries[at]];
      gather(1, at / values.length);
    }
    codebook = lineCodebook(values, levels, partialProgress(listeners, 0.45, 0.9));
    const codes = encodeNearest(values, codebook, partialProgress(listeners, 0.9, 0.98));
    const scatter = pacedProgress(partialProgress(listeners, 0.98, 1));
    for (let at = 0; at < codes.length; at++) {
      encoding[entries[at]] = codes[at] + 1;
      scatter(1, at / codes.length);
    }
  }
  reportProgress(listeners, 1);
  return { ...codebookFactors(codebook, levels), encoding: indexFactor([...matrix.shape], encoding) };
}
