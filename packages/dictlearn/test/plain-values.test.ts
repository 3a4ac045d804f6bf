// What the public functions do with plain JavaScript values.
import { testPlainValues } from '@gcompress/fixtures/plain-values';
import { dictLearn, sizesFromPercent } from '../src/index.ts';

testPlainValues({
  sizesFromPercent: [sizesFromPercent, [24, 16], 200],
  dictLearn: [dictLearn, { ratio: 2 }],
});
