// The method `kMeans`: vector quantisation with codebooks found by k-means.
import {
  createRandom,
  defineMethod,
  type Factor,
  type FactorizeOptions,
  floatFactor,
  indexFactor,
  type JsonObject,
  type Matrix,
  type Pace,
  pacedProgress,
  partialProgress,
  reportProgress,
} from '@gcompress/core';
import { rowImportance } from '@gcompress/linalg';
import { blockCodebook, withHeld } from './blocks/block-codebook.ts';
import { compensatedCodes, orderFor } from './compensated.ts';
import { encode, encodeHeld } from './encode.ts';
import { type KMeansFactor, kMeansFormat } from './format.ts';
import { type Blocks, blocksOf, hasZeroBlock, placeCodes } from './layout/blocks.ts';
import { type CompleteOptions, completeOptions, type KMeansOptions } from './options.ts';
import { planFor } from './plan.ts';
import { pruneWith } from './prune.ts';
import { scalarCodebook } from './scalar/scalar-codebook.ts';

/** Progress of a codebook once it is found; the rest is encoding its blocks. */
const LEARNED = 0.9;
/** With input moments: progress once the rows are ordered, and once the first codebooks are found. */
const TO_ORDER = 0.2;
const TO_ROUND = 0.5;

/**
 * Codebooks by k-means: each block of `blockSize` entries of a row becomes the nearest row of a codebook. The codebook is
 * trainable, the encoding is not.
 *
 * Single entries (`blockSize` 1) get the optimum of one-dimensional k-means, to within a part of 2e-4 of its error. Longer blocks get the best of several runs of Lloyd's
 * algorithm from k-means++ starts. `importance` weighs the error of each entry in both cases. With `inputMoments`, compensated rounding
 * chooses codes and levels that preserve the layer's outputs for these inputs (GPTQ, arXiv 2210.17323).
 *
 * @throws GCompressError `unknown-option`, or `invalid-option` for an option out of range, no size, or several sizes.
 *
 * Porting note: `kmeans_quantize.kmeans_quantize_block` and `KmeansMatrixCompressor`, whose `rank` is the number of levels.
 * Python always sets the centroid nearest to zero to 0 after encoding, and so loses the blocks of that centroid. Here, zero is a
 * centroid only if a block is zero or `keepZero` is set, and the other centroids are found beside it. A block size that does not
 * divide the columns is accepted, and so are more levels than blocks. No random generator is shared.
 */
export const kMeans = /* @__PURE__ */ defineMethod<KMeansOptions, KMeansFactor>({
  name: 'kmeans',
  format: kMeansFormat,
  accepts: ['importance', 'inputMoments'],
  optionsForBudget: (budget) => budget,

  create(options) {
    const complete = completeOptions(options);
    return {
      options: { ...complete } as JsonObject,
      plan: (shape) => planFor(shape, complete),
      factorize: (matrix, compressOptions) => factorize(matrix, complete, compressOptions),
    };
  },
});

function factorize(
  matrix: Matrix,
  options: CompleteOptions,
  compressOptions: FactorizeOptions,
): Record<KMeansFactor, Factor> {
  const { layout, factors } = planFor(matrix.shape, options);
  const { groups, levels, blockSize } = layout;
  const { inputMoments, signal, onProgress, kernels } = compressOptions;
  const holdPoints = kernels?.holdPoints?.bind(kernels);
  const all = { signal, onProgress };
  const order = inputMoments && orderFor(inputMoments, compressOptions, partialProgress(all, 0, TO_ORDER));
  const importance = order
    ? rowImportance(order, matrix.shape[1], compressOptions.importance)
    : compressOptions.importance;
  const listeners = order ? partialProgress(all, TO_ORDER, TO_ROUND) : all;
  const random = createRandom(options.seed);
  const codebook = new Float32Array(groups * levels * blockSize);
  let encoding = new Int32Array(groups > 1 ? matrix.shape[0] * layout.blocks : 0);

  const pace = pacedProgress(listeners);
  const { pruningFraction } = options;
  const pruned = pruningFraction > 0 ? pruneWith(matrix, pruningFraction, (operations) => pace(operations, 0)) : matrix;
  const centroidsOf = (blocks: Blocks, part: Pace): Float32Array => {
    const pinZero = options.keepZero ?? hasZeroBlock(blocks);
    if (blockSize === 1) return scalarCodebook(blocks.data, blocks.weights, levels, pinZero, part);
    const centroids = blockCodebook(blocks, levels, {
      ...options,
      pinZero,
      random,
      holdPoints,
      pace: part,
    });
    return Float32Array.from(centroids);
  };

  for (let group = 0; group < groups; group++) {
    reportProgress(listeners, group / groups);
    const blocks = blocksOf(pruned, layout, group, importance);
    const centroids = centroidsOf(blocks, (operations, done) => pace(operations, (group + LEARNED * done) / groups));
    codebook.set(centroids, group * levels * blockSize);
    const finish: Pace = (operations, done) => pace(operations, (group + LEARNED + (1 - LEARNED) * done) / groups);
    const codes =
      blockSize === 1
        ? encode(blocks, centroids, finish)
        : withHeld(blocks, { holdPoints }, (held) =>
            held ? encodeHeld(blocks.count, held, centroids, finish) : encode(blocks, centroids, finish),
          );
    if (groups === 1) encoding = codes;
    else placeCodes(encoding, codes, layout, group, matrix.shape[0]);
  }
  reportProgress(listeners, 1);
  const coded = order
    ? compensatedCodes(matrix, pruned, layout, codebook, order, compressOptions, partialProgress(all, TO_ROUND, 1))
    : { codebook, encoding };
  return {
    codebook: floatFactor(factors.codebook.shape, coded.codebook),
    encoding: indexFactor(factors.encoding.shape, coded.encoding),
  };
}
