import { isGCompressError } from '@gcompress/core';
import { normalMatrix } from '@gcompress/testkit';
import fc from 'fast-check';
import { expect, it } from 'vitest';
import { allocateRanks, breakEvenRank, type LowRankOptions, lowRank, rankFromPercent } from '../src/index.ts';

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
  { shape: null, data: null },
  { shape: [2, 2], data: [1, 2, 3, 4] },
  { a: null },
  { ratio: null },
  { signal: 5 },
  { onProgress: 'text' },
  Promise.resolve(1),
];
const OPTIONS = ['rank', 'ratio', 'energy', 'bytes', 'percent', 'maxRank', 'svd', 'tolerance', 'seed', 'allowLarger'];

const a = normalMatrix([24, 16]);
type Call = (...values: never[]) => unknown;
const CALLS: Readonly<Record<string, readonly [Call, ...unknown[]]>> = {
  breakEvenRank: [breakEvenRank, [24, 16]],
  rankFromPercent: [rankFromPercent, [24, 16], 200],
  lowRank: [lowRank, { rank: 2 }],
  allocateRanks: [allocateRanks, { a }, { ratio: 2 }, {}],
  'allocateRanks matrices': [(value: never) => allocateRanks({ a, value }, { ratio: 2 }), a],
  'allocateRanks ratio': [(ratio: never) => allocateRanks({ a }, { ratio }), 2],
  'allocateRanks bytes': [(bytes: never) => allocateRanks({ a }, { bytes }), 800],
  'allocateRanks onProgress': [(onProgress: never) => allocateRanks({ a }, { ratio: 2 }, { onProgress }), () => {}],
};

it.each(Object.entries(CALLS))(
  '%s accepts valid arguments and refuses plain values with a GCompressError',
  (_, entry) => {
    const [call, ...values] = entry;
    expect(() => call(...(values as never[]))).not.toThrow();
    fc.assert(
      fc.property(fc.nat(values.length - 1), fc.constantFrom<unknown>(...PLAIN), (place, plain) => {
        const given = values.map((value, at) => (at === place ? plain : value));
        try {
          call(...(given as never[]));
        } catch (error) {
          if (!isGCompressError(error)) throw error;
        }
      }),
      { numRuns: 150, seed: 1 },
    );
  },
);

it.each(OPTIONS)('lowRank accepts any plain value for %s or refuses it with a GCompressError', (option) => {
  for (const plain of PLAIN) {
    const sizes = OPTIONS.indexOf(option) < 5 ? {} : { energy: 0.5 };
    try {
      const { plan } = lowRank({ ...sizes, [option]: plain } as LowRankOptions);
      plan([24, 16]);
    } catch (error) {
      if (!isGCompressError(error)) throw error;
    }
  }
});
