// The format entry does not bundle encoders or linear algebra.
import { bundledSources } from '@gcompress/fixtures/bundle';
import { expect, it } from 'vitest';

it('the format entry bundles the projection, but no encoder and no linear algebra', async () => {
  const sources = await bundledSources('packages/simhash/src/format.ts');
  expect(sources.filter((path) => !path.startsWith('packages/core/'))).toEqual([
    'packages/simhash/src/config.ts',
    'packages/simhash/src/dense.ts',
    'packages/simhash/src/format.ts',
    'packages/simhash/src/planes.ts',
    'packages/simhash/src/projection.ts',
    'packages/simhash/src/rotation.ts',
    'packages/simhash/src/sign-bits.ts',
  ]);
});
