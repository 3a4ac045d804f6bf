// No kernel that training reaches is missing on wasm, and docs/wasm-kernels.md says which one comes from where.
import { beforeAll, describe, expect, it } from 'vitest';
import { startBackends } from '../both-backends.ts';
import { everythingReached, kernelPage, listedAsUnreached, missingOnWasm, originOf } from './kernel-page.ts';

describe('kernels of the wasm backend', () => {
  let found: Awaited<ReturnType<typeof everythingReached>>;

  beforeAll(async () => {
    await startBackends();
    found = await everythingReached();
  });

  it('are there wherever a layer, a loss or an optimizer needs them', () => {
    const all = [...found.layers, ...found.losses, ...found.optimizers];
    const lacking = all.flatMap(({ name, output, gradient }) =>
      [...output, ...gradient].filter((kernel) => originOf(kernel) === 'missing').map((kernel) => `${name}: ${kernel}`),
    );
    expect(lacking).toEqual([]);
    expect(all.every(({ output, gradient }) => output.length + gradient.length > 0)).toBe(true);
  });

  it('are missing only where the page says why', () => {
    expect(missingOnWasm()).toEqual(listedAsUnreached());
  });

  it('are listed as they are registered', async () => {
    await expect(kernelPage(found)).toMatchFileSnapshot('../../../../../docs/wasm-kernels.md');
  });
});
