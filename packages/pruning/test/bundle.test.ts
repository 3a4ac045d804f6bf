// The format entry does not bundle mask search or codebook search.
import { bundledSources } from '@gcompress/fixtures/bundle';
import { expect, it } from 'vitest';

it('the format entry bundles no mask search and no codebook search', async () => {
  const sources = await bundledSources('packages/pruning/src/format.ts');
  expect(sources.filter((path) => !/^packages.core|^packages.coder/.test(path)).sort()).toEqual([
    'packages/pruning/src/masks/block-grid.ts',
    'packages/pruning/src/masks/positions.ts',
    'packages/pruning/src/pruned-format.ts',
    'packages/pruning/src/pruned-k-means-format.ts',
  ]);
});
