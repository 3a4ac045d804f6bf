// What the package exports.
import { expect, it } from 'vitest';
import * as decode from '../src/decode.ts';
import * as api from '../src/index.ts';

it('exports this and nothing else', () => {
  expect(Object.keys(api).sort()).toEqual(['codedBits', 'encodeIntegers', 'levelPrices', 'packCodes', 'roundForRate']);
  expect(Object.keys(decode).sort()).toEqual(['createIntegerDecoder', 'decodeIntegers', 'unpackCodes']);
});
