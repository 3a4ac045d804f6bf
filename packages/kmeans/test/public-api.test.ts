import { expect, it } from 'vitest';
import * as format from '../src/format.ts';
import * as api from '../src/index.ts';

it('exports this and nothing else', () => {
  expect(Object.keys(api).sort()).toMatchInlineSnapshot(`
    [
      "kMeans",
      "kMeansFormat",
      "prune",
    ]
  `);
  expect(Object.keys(format)).toEqual(['kMeansFormat']);
});

it('names its method and format as files do', () => {
  const { method, format: used } = api.kMeans;
  expect({ method, id: used.id, version: used.version }).toEqual({
    method: 'kmeans',
    id: 'kmeans',
    version: 1,
  });
});
