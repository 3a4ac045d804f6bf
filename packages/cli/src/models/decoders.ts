// The decoders of all methods, for packed files that were written with any of them.
import { blockDiagonalFormat, inputOutputFormat, mixedBlockFormat } from '@gcompress/blocks/format';
import { dictLearnFormat } from '@gcompress/dictlearn/format';
import { kMeansFormat } from '@gcompress/kmeans/format';
import { lowRankFormat, lowRankSparseFormat } from '@gcompress/lowrank/format';
import { rowDecoder } from '@gcompress/packed/formats';
import type { RowDecoder } from '@gcompress/packed/load';
import { prunedFormat, prunedKMeansFormat } from '@gcompress/pruning/format';
import { simhashFormat } from '@gcompress/simhash/format';

/** All decoders except the decoder of uniform levels, which every loader has. */
export function decoders(): RowDecoder[] {
  const formats = [
    blockDiagonalFormat,
    dictLearnFormat,
    inputOutputFormat,
    kMeansFormat,
    lowRankFormat,
    lowRankSparseFormat,
    mixedBlockFormat,
    prunedFormat,
    prunedKMeansFormat,
    simhashFormat,
  ];
  return formats.map(rowDecoder);
}
