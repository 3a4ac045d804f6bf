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

it('names its method and format as files and hyperparameters do', () => {
  const { method, code, format: used } = api.kMeans;
  expect({ method, code, id: used.id, version: used.version }).toEqual({
    method: 'kmeans',
    code: 4,
    id: 'kmeans',
    version: 1,
  });
});
