import { expect, it } from 'vitest';
import * as api from '../src/index.ts';

it('exports these names and no others', () => {
  expect(Object.keys(api).sort()).toMatchInlineSnapshot(`
    [
      "ConformanceError",
      "anyMatrices",
      "assertClose",
      "checkCompressor",
      "checkFormat",
      "checkTensorOps",
      "claimTexts",
      "denseMatrices",
      "describeClaims",
      "fuzzFile",
      "gradientCheck",
      "hardMatrices",
      "lowRankMatrices",
      "nonFiniteMatrices",
      "normalMatrix",
      "scaledMatrices",
      "shapes",
      "sparseMatrices",
      "testCompressor",
      "testFormat",
      "testTensorOps",
    ]
  `);
});
