import { bundledSources } from '@gcompress/fixtures/bundle';
import { expect, it } from 'vitest';

it('the format entry bundles no encoder and no linear algebra', async () => {
  const sources = await bundledSources('packages/dictlearn/src/format.ts');
  expect(sources.filter((path) => !path.startsWith('packages/core/'))).toEqual(
    ['codes/layout', 'codes/packed-codes', 'codes/sparse-codes', 'codes/used-atoms', 'format'].map(
      (name) => `packages/dictlearn/src/${name}.ts`,
    ),
  );
});
