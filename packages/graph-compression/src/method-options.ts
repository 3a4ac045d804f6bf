// The table from hyperparameters to the options of each method: the only place that knows both.
import { GCompressError } from '@gcompress/core';
import type { CompressionHParams } from './hparams/hparams.ts';
import { pruningScheduleFromHParams } from './pruning-schedule.ts';

/** For each method, by its name, the options that hyperparameters mean. */
export type MethodOptions = Readonly<Record<string, (hparams: CompressionHParams) => object>>;

/**
 * The methods of the Python library. Sizes that are not smaller than the matrix are accepted where Python accepts them
 * (`allowLarger`).
 *
 * Porting note: a `rank` of dictionary learning at which the codes are larger than the matrix is refused by the method: at 200 and
 * below it always is, and takes minutes to find. Two iterations come closer than Python with many, and a training step waits for
 * them.
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

/** How sparsity grows, and the size of the blocks unless they are single entries. */
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
    hint: 'Codebooks of blocks are made by k-means, compression_option=4, with a pruning_fraction.',
  });
}

/** Each side only where it is switched on. */
function inputOutputOptions({ compressInput, compressOutput, ...hparams }: CompressionHParams): object {
  return {
    ...(compressInput && { input: { block: hparams.inputBlockSize, factor: hparams.inputCompressionFactor } }),
    ...(compressOutput && { output: { block: hparams.outputBlockSize, factor: hparams.outputCompressionFactor } }),
    allowLarger: true,
  };
}
