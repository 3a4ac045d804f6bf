import { bundleSize } from '@gcompress/fixtures/bundle';
import { expect, it } from 'vitest';

it('the format alone brings its projection but no encoder and no numerics, in at most 5 KB', async () => {
  const { inputs, gzipBytes } = await bundleSize('packages/simhash/src/format.ts');
  expect(inputs.filter((path) => !path.startsWith('packages/core/'))).toEqual([
    'packages/simhash/src/format.ts',
    'packages/simhash/src/projection.ts',
    'packages/simhash/src/rotation.ts',
    'packages/simhash/src/sign-bits.ts',
  ]);
  expect(gzipBytes).toBeLessThanOrEqual(5 * 1024);
});
