import { createRandom as coreRandom } from '@gcompress/core';
import { expect, it } from 'vitest';
import * as api from '../src/index.ts';

it('exports exactly this', () => {
  expect(Object.keys(api).sort()).toMatchInlineSnapshot(`
    [
      "block",
      "columnNorms",
      "createRandom",
      "gram",
      "multiply",
      "multiplyTransposed",
      "norm",
      "portableKernels",
      "rowNorms",
      "singularValues",
      "symmetricEigen",
      "thinQr",
      "thinSvd",
      "transposed",
      "truncatedSvd",
      "viewOf",
    ]
  `);
});

it('has the random numbers of the core', () => {
  expect(api.createRandom).toBe(coreRandom);
});
