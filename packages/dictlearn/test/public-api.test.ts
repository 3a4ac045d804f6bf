import { expect, it } from 'vitest';
import * as format from '../src/format.ts';
import * as api from '../src/index.ts';

it('exports these names and no others', () => {
  expect(Object.keys(api).sort()).toMatchInlineSnapshot(`
    [
      "dictLearn",
      "dictLearnFormat",
      "sizesFromPercent",
    ]
  `);
  expect(Object.keys(format)).toEqual(['dictLearnFormat']);
});

it('the method is known by name', () => {
  const { method } = api.dictLearn;
  expect({ method, format: api.dictLearn.format }).toEqual({
    method: 'dictlearn',
    format: api.dictLearnFormat,
  });
});
