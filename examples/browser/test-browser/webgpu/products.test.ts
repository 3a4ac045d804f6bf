// Products on the WebGPU backend in Chromium, computed by SwiftShader where there is no graphics card.
import { createRandom, type Shape2D } from '@gcompress/core';
import { expect, it } from 'vitest';
import { useBrowser } from '../browser.ts';

const browser = useBrowser(['--enable-unsafe-webgpu', '--use-webgpu-adapter=swiftshader', '--enable-features=Vulkan']);

/** Codes of every number of bits, and sides that are multiples of no tile. */
function cases() {
  const random = createRandom(7);
  const side = () => 1 + Math.floor(140 * random.uniform());
  const edges: readonly { levels: number; shape: Shape2D; batch: number }[] = [
    { levels: 1, shape: [1, 1], batch: 1 },
    { levels: 16, shape: [64, 64], batch: 4 },
    { levels: 16, shape: [33, 130], batch: 0 },
    { levels: 256, shape: [7, 1], batch: 9 },
  ];
  const counts = [2, 3, 7, 11, 16, 17, 40, 100, 129, 256];
  const drawn = counts.flatMap((levels) =>
    [1, 2, 3, 4, 5, 13].map((batch) => ({ levels, shape: [side(), side()] as Shape2D, batch })),
  );
  return [...edges, ...drawn];
}

/** Bytes of the codes in words and of the levels on the device, and of both on the host. */
function heldFor(levels: number, [rows, cols]: Shape2D): number {
  const bits = rows * cols * Math.max(1, Math.ceil(Math.log2(levels)));
  return 4 * Math.ceil(bits / 32) + Math.ceil(bits / 8) + 8 * levels;
}

it('multiplies by codebooks as the reconstructed matrix does', async (context) => {
  const page = await browser.open('test-browser/webgpu/products.html');
  await page.waitForFunction(() => 'startWebGpu' in globalThis);
  const adapter = await page.evaluate(() => globalThis.startWebGpu());
  if (adapter === undefined) context.skip('this Chromium has no WebGPU adapter, not even SwiftShader');
  for (const one of cases()) {
    const { error, gradientError, used, ...rest } = await page.evaluate(
      (given) => globalThis.multiplyOnWebGpu(given),
      one,
    );
    expect({ ...one, ...rest }).toEqual({
      ...one,
      execution: 'kernel',
      shape: [one.batch, one.shape[1]],
      isKept: true,
      leaked: 0,
      heldBytes: heldFor(used, one.shape),
    });
    expect(error).toBeLessThan(1e-5);
    expect(gradientError).toBeLessThan(1e-5);
  }
});
