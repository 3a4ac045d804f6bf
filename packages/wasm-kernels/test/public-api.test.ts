// Every export of the package.
import { expect, it } from 'vitest';
import * as api from '../src/index.ts';

it('exports exactly this', () => {
  expect(Object.keys(api)).toMatchInlineSnapshot(`
    [
      "wasmKernels",
    ]
  `);
});
