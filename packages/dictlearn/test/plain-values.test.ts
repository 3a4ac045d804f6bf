// What the public functions do with plain JavaScript values.
import { testPlainValues } from '@gcompress/fixtures/plain-values';
import { dictLearn } from '../src/index.ts';

testPlainValues({
  dictLearn: [dictLearn, { ratio: 2 }],
});
