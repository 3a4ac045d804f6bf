// The table from hyperparameters to the options of each method.
import { GCompressError } from '@gcompress/core';
import type { CompressionHParams } from './hparams/hparams.ts';
import { pruningScheduleFromHParams } from './pruning-schedule.ts';

/** Name of a method → function from hyperparameters to its options. */
export type MethodOptions = Readonly<Record<string, (hparams: CompressionHParams) => object>>;

/**
 * The methods of the Python library. Where Python accepts a size that is not smaller than the matrix, so do these options
 * (`allowLarger`).
 *
 * Porting note: dictionary learning refuses a `rank` at which the codes are larger than the matrix. At 200 and below they always are, and
 * take minutes to compute. Two iterations are used, because a training step waits for them; they give a smaller error than Python's many
 * iterations.
 */
export const METHOD_OPTIONS: MethodOptions = {
  lowrank: ({ rank }) => ({ percent: rank, allowLarger: true }),
  simhash: ({ rank }) => ({ percent: rank, planes: 'gaussian', scales: 'norm', refine: 0, allowLarger: true }),
  dictlearn: ({ rank }) => ({ percent: rank, iterations: 2 }),
  kmeans: ({ rank, blockSize, pruningFraction }) => ({ levels: rank, blockSize, pruningFraction, allowLarger: true }),
  pruning: pruningOptions,
  'kmeans-pruning': prunedKMeansOptions,
  'input-output': inputOutputOptions,
  'block-diagonal': ({ blockCompressionFactor }) => ({ blocks: blockCompressionFactor, allowLarger: true }),
  'mixed-block': ({ compressionFactor }) => ({ blocks: compressionFactor, allowLarger: true }),
};

/** The options of pruning: how sparsity grows, and the block size if blocks are larger than one entry. */
function pruningOptions(hparams: CompressionHParams): object {
  const { blockHeight, blockWidth, blockPoolingFunction } = hparams;
  const { sparsity, steps } = pruningScheduleFromHParams(hparams);
  const pooling = blockPoolingFunction === 'MAX' ? 'max' : 'average';
  const single = blockHeight === 1 && blockWidth === 1;
  const structure = single ? 'entries' : { blockHeight, blockWidth, pooling };
  return { sparsity: { ...sparsity, steps }, structure, allowLarger: true };
}

function prunedKMeansOptions(hparams: CompressionHParams): object {
  if (hparams.blockSize === 1) return { ...pruningOptions(hparams), levels: hparams.rank };
  throw new GCompressError('unsupported', {
    where: 'hparams block_size',
    expected: '1 with compression_option=8',
    actual: `${hparams.blockSize}`,
    hint: 'For codebooks of blocks, use k-means with a pruning_fraction: compression_option=4.',
  });
}

/** The options of input/output compression, for each side that is switched on. */
function inputOutputOptions({ compressInput, compressOutput, ...hparams }: CompressionHParams): object {
  return {
    ...(compressInput && { input: { block: hparams.inputBlockSize, factor: hparams.inputCompressionFactor } }),
    ...(compressOutput && { output: { block: hparams.outputBlockSize, factor: hparams.outputCompressionFactor } }),
    allowLarger: true,
  };
}
