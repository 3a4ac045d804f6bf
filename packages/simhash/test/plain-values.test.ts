// What the public functions do with plain JavaScript values.
import { testPlainValues } from '@gcompress/fixtures/plain-values';
import { bitsFromPercentOfColumns, simhash } from '../src/index.ts';

testPlainValues({
  bitsFromPercentOfColumns: [bitsFromPercentOfColumns, [24, 16], 200],
  simhash: [simhash, { bits: 2 }],
});
