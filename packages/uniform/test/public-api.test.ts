// The public API of the package, as a snapshot.
import { expect, it } from 'vitest';
import * as format from '../src/format.ts';
import * as api from '../src/index.ts';

it('the package exports exactly these names', () => {
  expect(Object.keys(api).sort()).toEqual(['uniform', 'uniformFormat']);
  expect(Object.keys(format).sort()).toEqual(['uniformDecoder', 'uniformFormat']);
});

it('the method and the format have the names stored in files', () => {
  const { method, format: used } = api.uniform;
  expect({ method, id: used.id, version: used.version }).toEqual({ method: 'uniform', id: 'uniform', version: 1 });
});
