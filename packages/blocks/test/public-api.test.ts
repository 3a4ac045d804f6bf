import { expect, it } from 'vitest';
import * as format from '../src/format.ts';
import * as api from '../src/index.ts';

it('exports this and nothing else', () => {
  expect(Object.keys(api).sort()).toMatchInlineSnapshot(`
    [
      "blockDiagonal",
      "blockDiagonalFormat",
      "inputOutput",
      "inputOutputFormat",
      "mixedBlock",
      "mixedBlockFormat",
    ]
  `);
  expect(Object.keys(format).sort()).toEqual([
    'blockDiagonalDecoder',
    'blockDiagonalFormat',
    'inputOutputDecoder',
    'inputOutputFormat',
    'mixedBlockDecoder',
    'mixedBlockFormat',
  ]);
});

it('names its methods and formats as files do', () => {
  const names = [api.inputOutput, api.blockDiagonal, api.mixedBlock].map(({ method, format: used }) => [
    method,
    used.id,
    used.version,
  ]);
  expect(names).toEqual([
    ['input-output', 'input-output', 1],
    ['block-diagonal', 'block-diagonal', 1],
    ['mixed-block', 'mixed-block', 1],
  ]);
});
