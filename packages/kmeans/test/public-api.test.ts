// The public API of the package, as a snapshot.
import { expect, it } from 'vitest';
import * as format from '../src/format.ts';
import * as api from '../src/index.ts';

it('the package exports exactly these names', () => {
  expect(Object.keys(api).sort()).toMatchInlineSnapshot(`
    [
      "kMeans",
      "kMeansFormat",
      "prune",
    ]
  `);
  expect(Object.keys(format).sort()).toEqual(['kMeansDecoder', 'kMeansFormat']);
});

it('the method and its format have the names stored in files', () => {
  const { method, format: used } = api.kMeans;
  expect({ method, id: used.id, version: used.version }).toEqual({
    method: 'kmeans',
    id: 'kmeans',
    version: 2,
  });
});
