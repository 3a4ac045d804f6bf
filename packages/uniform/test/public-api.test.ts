// What the package exports.
import { expect, it } from 'vitest';
import * as format from '../src/format.ts';
import * as api from '../src/index.ts';

it('exports this and nothing else', () => {
  expect(Object.keys(api).sort()).toEqual(['uniform', 'uniformFormat']);
  expect(Object.keys(format).sort()).toEqual(['uniformDecoder', 'uniformFormat']);
});

it('names its method and format as files do', () => {
  const { method, format: used } = api.uniform;
  expect({ method, id: used.id, version: used.version }).toEqual({ method: 'uniform', id: 'uniform', version: 1 });
});
