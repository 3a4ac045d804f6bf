// The format entry does not bundle the search for codebooks.
import { bundledSources } from '@gcompress/fixtures/bundle';
import { expect, it } from 'vitest';

it('the format entry bundles no search for codebooks', async () => {
  const sources = await bundledSources('packages/kmeans/src/format.ts');
  expect(sources.filter((path) => !/^packages.core|^packages.coder/.test(path))).toEqual([
    'packages/kmeans/src/format.ts',
    'packages/kmeans/src/layout/layout.ts',
  ]);
});
