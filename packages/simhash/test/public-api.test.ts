// The public API of the package, as a snapshot.
import { expect, it } from 'vitest';
import * as format from '../src/format.ts';
import * as api from '../src/index.ts';

it('the package exports exactly these names', () => {
  expect(Object.keys(api).sort()).toMatchInlineSnapshot(`
    [
      "bitsFromPercentOfColumns",
      "simhash",
      "simhashFormat",
    ]
  `);
  expect(Object.keys(format).sort()).toMatchInlineSnapshot(`
    [
      "orthogonalPlanes",
      "simhashDecoder",
      "simhashFormat",
    ]
  `);
});
