import { bundledSources } from '@gcompress/fixtures/bundle';
import { expect, it } from 'vitest';

it('the formats alone bring no encoder and no numerics', async () => {
  const sources = await bundledSources('packages/blocks/src/format.ts');
  expect(sources.filter((path) => !path.startsWith('packages/core/'))).toEqual([
    'packages/blocks/src/formats/block-diagonal-format.ts',
    'packages/blocks/src/formats/config-divisor.ts',
    'packages/blocks/src/formats/input-output-format.ts',
    'packages/blocks/src/formats/mixed-block-format.ts',
  ]);
});
