import { bundledSources } from '@gcompress/fixtures/bundle';
import { expect, it } from 'vitest';

it('the format entry bundles no encoder and no linear algebra', async () => {
  const sources = await bundledSources('packages/lowrank/src/format.ts');
  expect(sources.filter((path) => !path.startsWith('packages/core/'))).toEqual([
    'packages/lowrank/src/format.ts',
    'packages/lowrank/src/sparse-format.ts',
    'packages/lowrank/src/support.ts',
  ]);
});
