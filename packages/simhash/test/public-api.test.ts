import { expect, it } from 'vitest';
import * as format from '../src/format.ts';
import * as api from '../src/index.ts';

it('exports these names and no others', () => {
  expect(Object.keys(api).sort()).toMatchInlineSnapshot(`
    [
      "bitsFromPercent",
      "bitsFromPercentOfColumns",
      "breakEvenBits",
      "simhash",
      "simhashFormat",
      "storedBytes",
    ]
  `);
  expect(Object.keys(format).sort()).toMatchInlineSnapshot(`
    [
      "simhashFormat",
    ]
  `);
});
