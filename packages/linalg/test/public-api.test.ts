// The public API of the package, as a snapshot.
import { createRandom as coreRandom } from '@gcompress/core';
import { expect, it } from 'vitest';
import * as api from '../src/index.ts';

it('the package exports exactly these names', () => {
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
      "rowImportance",
      "rowNorms",
      "shrunkMoments",
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

it('the package re-exports the random generator of core', () => {
  expect(api.createRandom).toBe(coreRandom);
});
