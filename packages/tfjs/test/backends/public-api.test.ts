// The names that the entry point exports.
import { expect, it } from 'vitest';
import * as api from '../../src/backends/index.ts';

it('exports these names', () => {
  expect(Object.keys(api).sort()).toMatchInlineSnapshot(`
    [
      "registerTrainingKernels",
      "selectBackend",
    ]
  `);
});
