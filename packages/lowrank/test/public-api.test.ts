import { expect, it } from 'vitest';
import * as format from '../src/format.ts';
import * as api from '../src/index.ts';

it('the package exports exactly these names', () => {
  expect(Object.keys(api).sort()).toMatchInlineSnapshot(`
    [
      "allocateRanks",
      "breakEvenRank",
      "lowRank",
      "lowRankFormat",
      "lowRankSparse",
      "lowRankSparseFormat",
      "rankFromPercent",
    ]
  `);
  expect(Object.keys(format).sort()).toEqual([
    'lowRankDecoder',
    'lowRankFormat',
    'lowRankSparseDecoder',
    'lowRankSparseFormat',
  ]);
});

it('the methods and their formats carry the names that files hold', () => {
  const names = [api.lowRank, api.lowRankSparse].map(({ method, format: used }) => {
    return { method, id: used.id, version: used.version };
  });
  expect(names).toEqual([
    { method: 'lowrank', id: 'lowrank', version: 1 },
    { method: 'lowrank-sparse', id: 'lowrank-sparse', version: 1 },
  ]);
});
