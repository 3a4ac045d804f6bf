import { readFileSync } from 'node:fs';
import { expect, it } from 'vitest';
import * as api from '../src/index.ts';

it('the package exports exactly these names, and the README lists them all', () => {
  const names = Object.keys(api).sort();
  expect(names).toMatchInlineSnapshot(`
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
      "testDamagedFiles",
      "testFormat",
      "testTensorOps",
    ]
  `);
  const readme = readFileSync(new URL('../README.md', import.meta.url), 'utf8');
  expect(names.filter((name) => !readme.includes(`\`${name}`))).toEqual([]);
});
