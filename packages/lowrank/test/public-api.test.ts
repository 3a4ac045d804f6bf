import { expect, it } from 'vitest';
import * as format from '../src/format.ts';
import * as api from '../src/index.ts';

it('exports this and nothing else', () => {
  expect(Object.keys(api).sort()).toMatchInlineSnapshot(`
    [
      "allocateRanks",
      "breakEvenRank",
      "lowRank",
      "lowRankFormat",
      "rankFromPercent",
    ]
  `);
  expect(Object.keys(format)).toEqual(['lowRankFormat']);
});

it('names its method and format as files do', () => {
  const { method, format: used } = api.lowRank;
  expect({ method, id: used.id, version: used.version }).toEqual({
    method: 'lowrank',
    id: 'lowrank',
    version: 1,
  });
});
