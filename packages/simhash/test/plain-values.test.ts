// What the public functions do with plain JavaScript values.
import { testPlainValues } from '@gcompress/fixtures/plain-values';
import { bitsFromPercent, bitsFromPercentOfColumns, breakEvenBits, simhash, storedBytes } from '../src/index.ts';

testPlainValues({
  bitsFromPercent: [bitsFromPercent, [24, 16], 200],
  bitsFromPercentOfColumns: [bitsFromPercentOfColumns, [24, 16], 200],
  breakEvenBits: [breakEvenBits, [24, 16], true],
  storedBytes: [storedBytes, [24, 16], 3, true],
  simhash: [simhash, { bits: 2 }],
});
