// The public functions refuse invalid arguments of any type with a GCompressError.
import { testPlainValues } from '@gcompress/fixtures/plain-values';
import { bitsFromPercentOfColumns, simhash } from '../src/index.ts';

testPlainValues({
  bitsFromPercentOfColumns: [bitsFromPercentOfColumns, [24, 16], 200],
  simhash: [simhash, { bits: 2 }],
});
