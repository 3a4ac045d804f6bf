// The format entry does not bundle learning or linear algebra.
import { bundledSources } from '@gcompress/fixtures/bundle';
import { expect, it } from 'vitest';

it('the format entry bundles no learning and no linear algebra', async () => {
  const sources = await bundledSources('packages/dictlearn/src/format.ts');
  expect(sources.filter((path) => !/^packages.core|^packages.coder/.test(path))).toEqual(
    [
      'codes/combine-atoms',
      'codes/layout',
      'codes/packed-codes',
      'codes/sparse-codes',
      'codes/used-atoms',
      'format',
    ].map((name) => `packages/dictlearn/src/${name}.ts`),
  );
});
