import { createRandom as coreRandom } from '@gcompress/core';
import { expect, it } from 'vitest';
import * as api from '../src/index.ts';

it('exports exactly this', () => {
  expect(Object.keys(api).sort()).toMatchInlineSnapshot(`
    [
      "block",
      "choleskyFactor",
      "columnNorms",
      "createRandom",
      "gram",
      "momentsWeakness",
      "multiply",
      "multiplyTransposed",
      "norm",
      "portableKernels",
      "roundCompensated",
      "roundingOrder",
      "rowNorms",
      "singularValues",
      "solveLower",
      "solveLowerTransposed",
      "symmetricEigen",
      "thinQr",
      "thinSvd",
      "transposed",
      "truncatedSvd",
      "viewOf",
      "whitening",
    ]
  `);
});

it('has the random numbers of the core', () => {
  expect(api.createRandom).toBe(coreRandom);
});
