import { bundleSize } from '@gcompress/fixtures/bundle';
import { expect, it } from 'vitest';

it('the formats alone bring no encoder and no numerics, in at most 5 KB', async () => {
  const { inputs, gzipBytes } = await bundleSize('packages/blocks/src/format.ts');
  expect(inputs.filter((path) => !path.startsWith('packages/core/'))).toEqual([
    'packages/blocks/src/block-diagonal-format.ts',
    'packages/blocks/src/config-divisor.ts',
    'packages/blocks/src/input-output-format.ts',
    'packages/blocks/src/mixed-block-format.ts',
  ]);
  expect(gzipBytes).toBeLessThanOrEqual(5 * 1024);
});
