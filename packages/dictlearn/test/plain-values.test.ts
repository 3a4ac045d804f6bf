import { isGCompressError } from '@gcompress/core';
import { expect, it } from 'vitest';
import { dictLearn } from '../src/index.ts';

const PLAIN = [
  null,
  undefined,
  Number.NaN,
  -1,
  0,
  1.5,
  2 ** 60,
  'text',
  true,
  {},
  [],
  [2.5, 'x'],
  () => 1,
  Symbol('s'),
  10n,
];

type Call = (...values: never[]) => unknown;

const CALLS: readonly (readonly [string, Call, readonly unknown[]])[] = [['dictLearn', dictLearn, [{ ratio: 2 }]]];

it.each(CALLS)('%s accepts valid arguments and refuses plain values with a GCompressError', (_, call, values) => {
  expect(() => call(...(values as never[]))).not.toThrow();
  for (const plain of PLAIN) {
    for (const place of [...values.keys(), 'all']) {
      try {
        call(...(values.map((value, at) => (at === place || place === 'all' ? plain : value)) as never[]));
      } catch (error) {
        if (!isGCompressError(error)) throw error;
      }
    }
  }
});

it.each(CALLS)('%s refuses null, undefined, numbers, strings and an empty object', (_, call) => {
  for (const plain of [null, undefined, 0, 'text', {}]) {
    expect(() => call(...([plain] as never[]))).toThrow(expect.toSatisfy((error) => isGCompressError(error)));
  }
});
