import { bundledSources } from '@gcompress/fixtures/bundle';
import { expect, it } from 'vitest';

it('the formats alone bring no encoder', async () => {
  const sources = await bundledSources('packages/pruning/src/format.ts');
  expect(sources.filter((path) => !path.startsWith('packages/core/')).sort()).toEqual([
    'packages/pruning/src/masks/block-grid.ts',
    'packages/pruning/src/masks/positions.ts',
    'packages/pruning/src/pruned-format.ts',
    'packages/pruning/src/pruned-k-means-format.ts',
  ]);
});
