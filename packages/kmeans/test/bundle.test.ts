import { bundleSize } from '@gcompress/fixtures/bundle';
import { expect, it } from 'vitest';

it('the format alone brings no encoder and no numerics, in at most 5 KB', async () => {
  const { inputs, gzipBytes } = await bundleSize('packages/kmeans/src/format.ts');
  expect(inputs.filter((path) => !path.startsWith('packages/core/'))).toEqual([
    'packages/kmeans/src/format.ts',
    'packages/kmeans/src/layout.ts',
  ]);
  expect(gzipBytes).toBeLessThanOrEqual(5 * 1024);
});
