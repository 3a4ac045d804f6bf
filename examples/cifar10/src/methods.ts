// The methods of all options of the reference, and the compression that hyperparameters mean.
import { blockDiagonal, inputOutput, mixedBlock } from '@gcompress/blocks';
import { dictLearn } from '@gcompress/dictlearn';
import {
  type ApplyCompression,
  type CompressionHParams,
  CompressionWrapper,
  formatHParams,
} from '@gcompress/graph-compression';
import { kMeans } from '@gcompress/kmeans';
import { lowRank } from '@gcompress/lowrank';
import { prunedKMeans } from '@gcompress/pruning';
import { simhash } from '@gcompress/simhash';

/** The methods of all of the reference's options. */
export const METHODS = [
  lowRank,
  simhash,
  dictLearn,
  kMeans,
  prunedKMeans,
  inputOutput,
  blockDiagonal,
  mixedBlock,
] as const;

/** The compression that hyperparameters mean; undefined for none. */
export function compressionFor(hparams: CompressionHParams | undefined): ApplyCompression | undefined {
  return hparams && new CompressionWrapper(METHODS).getApplyCompression(hparams);
}

/** Hyperparameters as a checkpoint keeps them: the same text for the same values; empty for none. */
export function compressionText(hparams: CompressionHParams | undefined): string {
  return hparams ? formatHParams(hparams) : '';
}
