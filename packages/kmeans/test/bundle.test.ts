import { bundledSources } from '@gcompress/fixtures/bundle';
import { expect, it } from 'vitest';

it('the format entry bundles no encoder', async () => {
  const sources = await bundledSources('packages/kmeans/src/format.ts');
  expect(sources.filter((path) => !path.startsWith('packages/core/'))).toEqual([
    'packages/kmeans/src/format.ts',
    'packages/kmeans/src/layout/layout.ts',
  ]);
});
