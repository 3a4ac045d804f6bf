// The public functions refuse invalid arguments of any type with a GCompressError.
import { testPlainValues } from '@gcompress/fixtures/plain-values';
import { dictLearn } from '../src/index.ts';

testPlainValues({
  dictLearn: [dictLearn, { ratio: 2 }],
});
