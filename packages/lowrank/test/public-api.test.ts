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
      "rankFromPercent",
    ]
  `);
  expect(Object.keys(format).sort()).toEqual(['lowRankDecoder', 'lowRankFormat']);
});

it('the method and its format carry the names that files hold', () => {
  const { method, format: used } = api.lowRank;
  expect({ method, id: used.id, version: used.version }).toEqual({
    method: 'lowrank',
    id: 'lowrank',
    version: 1,
  });
});
