// Every export of the package.
import { expect, it } from 'vitest';
import * as api from '../src/index.ts';
import * as load from '../src/load.ts';

it('exports exactly this', () => {
  expect(Object.keys(api)).toMatchInlineSnapshot(`
    [
      "wasmKernels",
    ]
  `);
});

it('exports exactly this for hosts of kernels', () => {
  expect(Object.keys(load)).toMatchInlineSnapshot(`
    [
      "assertKernelsOption",
      "loadKernels",
      "kernelsName",
    ]
  `);
});
