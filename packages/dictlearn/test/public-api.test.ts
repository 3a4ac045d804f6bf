// The public API of the package, as a snapshot.
import { expect, it } from 'vitest';
import * as format from '../src/format.ts';
import * as api from '../src/index.ts';

it('the package exports exactly these names', () => {
  expect(Object.keys(api).sort()).toMatchInlineSnapshot(`
    [
      "dictLearn",
      "dictLearnFormat",
    ]
  `);
  expect(Object.keys(format).sort()).toEqual(['dictLearnDecoder', 'dictLearnFormat']);
});

it('the method and its format have the names stored in files', () => {
  const { method } = api.dictLearn;
  expect({ method, format: api.dictLearn.format }).toEqual({
    method: 'dictlearn',
    format: api.dictLearnFormat,
  });
});
