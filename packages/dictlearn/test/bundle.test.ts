import { bundleSize } from '@gcompress/fixtures/bundle';
import { expect, it } from 'vitest';

it('the format alone brings no encoder and no numerics, in at most 5 KB', async () => {
  const { inputs, gzipBytes } = await bundleSize('packages/dictlearn/src/format.ts');
  expect(inputs.filter((path) => !path.startsWith('packages/core/'))).toEqual(
    ['format', 'layout', 'packed-codes', 'sparse-codes', 'used-atoms'].map(
      (name) => `packages/dictlearn/src/${name}.ts`,
    ),
  );
  expect(gzipBytes).toBeLessThanOrEqual(5 * 1024);
});
