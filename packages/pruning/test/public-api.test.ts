import { expect, it } from 'vitest';
import * as format from '../src/format.ts';
import * as api from '../src/index.ts';

it('exports this and nothing else', () => {
  expect(Object.keys(api).sort()).toMatchInlineSnapshot(`
    [
      "blockMask",
      "gradientImportance",
      "magnitudeMask",
      "patternMask",
      "pruned",
      "prunedFormat",
      "prunedKMeans",
      "prunedKMeansFormat",
      "pruningScheduleFromHParams",
      "sparsityAt",
      "sparsityFor",
      "sparsityUpdateDue",
      "withImportance",
    ]
  `);
  expect(Object.keys(format).sort()).toEqual(['prunedFormat', 'prunedKMeansFormat']);
});

it('names its methods and formats as files and hyperparameters do', () => {
  const named = [api.pruned, api.prunedKMeans].map(({ method, code, format: { id, version } }) => [
    method,
    code,
    id,
    version,
  ]);
  expect(named).toEqual([
    ['pruning', undefined, 'pruning', 1],
    ['kmeans-pruning', 8, 'kmeans-pruning', 1],
  ]);
});
