// The public API of the package, as a snapshot.
import { expect, it } from 'vitest';
import * as decode from '../src/decode.ts';
import * as api from '../src/index.ts';

it('the package exports exactly these names', () => {
  expect(Object.keys(api).sort()).toEqual([
    'codedBits',
    'codesCodec',
    'encodeIntegers',
    'levelPrices',
    'packCodes',
    'packedIntegers',
    'roundForRate',
  ]);
  expect(Object.keys(decode).sort()).toEqual(['createIntegerDecoder', 'decodeIntegers', 'unpackCodes']);
});
