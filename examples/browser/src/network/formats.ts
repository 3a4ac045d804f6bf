// The decoders of all formats that a file of this page may use.
import { createFormatRegistry } from '@gcompress/core';
import { dictLearnFormat } from '@gcompress/dictlearn/format';
import { kMeansFormat } from '@gcompress/kmeans/format';
import { lowRankFormat } from '@gcompress/lowrank/format';
import { simhashFormat } from '@gcompress/simhash/format';
import { uniformFormat } from '@gcompress/uniform/format';
import { denseFormat } from './dense-format.ts';

/** The decoders of all that a file of this page may hold; no encoder. */
export const fileFormats = createFormatRegistry([
  lowRankFormat,
  kMeansFormat,
  simhashFormat,
  dictLearnFormat,
  uniformFormat,
  denseFormat,
]);
