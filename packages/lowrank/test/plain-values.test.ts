// What the public functions do with plain JavaScript values.
import { callOrRefusal, PLAIN_VALUES, testPlainValues } from '@gcompress/fixtures/plain-values';
import { normalMatrix } from '@gcompress/testkit';
import { it } from 'vitest';
import {
  allocateRanks,
  breakEvenRank,
  type LowRankOptions,
  lowRank,
  lowRankSparse,
  rankFromPercent,
} from '../src/index.ts';

const OPTIONS = ['rank', 'ratio', 'energy', 'bytes', 'percent', 'maxRank', 'svd', 'tolerance', 'seed', 'allowLarger'];

const a = normalMatrix([24, 16]);

testPlainValues({
  breakEvenRank: [breakEvenRank, [24, 16]],
  rankFromPercent: [rankFromPercent, [24, 16], 200],
  lowRank: [lowRank, { rank: 2 }],
  lowRankSparse: [lowRankSparse, { rank: 2 }],
  'lowRankSparse density': [(density: never) => lowRankSparse({ rank: 2, density }), 0.1],
  'lowRankSparse rounds': [(rounds: never) => lowRankSparse({ rank: 2, rounds }), 2],
  allocateRanks: [allocateRanks, { a }, { ratio: 2 }, {}],
  'allocateRanks matrices': [(value: never) => allocateRanks({ a, value }, { ratio: 2 }), a],
  'allocateRanks ratio': [(ratio: never) => allocateRanks({ a }, { ratio }), 2],
  'allocateRanks bytes': [(bytes: never) => allocateRanks({ a }, { bytes }), 800],
  'allocateRanks inputMoments': [
    (inputMoments: never) => allocateRanks({ a }, { ratio: 2 }, { inputMoments }),
    new Map(),
  ],
  'allocateRanks onProgress': [(onProgress: never) => allocateRanks({ a }, { ratio: 2 }, { onProgress }), () => {}],
});

it.each(OPTIONS)('lowRank is made, or refuses by the house error, whatever is passed for %s', (option) => {
  for (const plain of PLAIN_VALUES) {
    const sizes = OPTIONS.indexOf(option) < 5 ? {} : { energy: 0.5 };
    callOrRefusal(() => {
      const { plan } = lowRank({ ...sizes, [option]: plain } as LowRankOptions);
      plan([24, 16]);
    });
  }
});
