// The public functions refuse invalid arguments of any type with a GCompressError.
import { matrix } from '@gcompress/core';
import { testPlainValues } from '@gcompress/fixtures/plain-values';
import { kMeans, prune } from '../src/index.ts';

testPlainValues({
  prune: [prune, matrix([2, 2], [1, 2, 3, 4]), 0.5],
  kMeans: [kMeans, { levels: 2 }],
});
