// The public API of the package, as a snapshot.
import { expect, it } from 'vitest';
import * as format from '../src/format.ts';
import * as api from '../src/index.ts';

it('the package exports exactly these names', () => {
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
      "sparsityAt",
      "sparsityFor",
      "sparsityUpdateDue",
      "withImportance",
    ]
  `);
  expect(Object.keys(format).sort()).toEqual([
    'prunedDecoder',
    'prunedEntries',
    'prunedFormat',
    'prunedKMeansDecoder',
    'prunedKMeansFormat',
  ]);
});

it('the methods and their formats have the names stored in files', () => {
  const named = [api.pruned, api.prunedKMeans].map(({ method, format: { id, version } }) => [method, id, version]);
  expect(named).toEqual([
    ['pruning', 'pruning', 2],
    ['kmeans-pruning', 'kmeans-pruning', 2],
  ]);
});
