import { bundleSize } from '@gcompress/fixtures/bundle';
import { expect, it } from 'vitest';

it('the formats alone bring no encoder, in at most 5 KB', async () => {
  const { inputs, gzipBytes } = await bundleSize('packages/pruning/src/format.ts');
  expect(inputs.filter((path) => !path.startsWith('packages/core/')).sort()).toEqual([
    'packages/pruning/src/block-grid.ts',
    'packages/pruning/src/positions.ts',
    'packages/pruning/src/pruned-format.ts',
    'packages/pruning/src/pruned-k-means-format.ts',
  ]);
  expect(gzipBytes).toBeLessThanOrEqual(5 * 1024);
});
