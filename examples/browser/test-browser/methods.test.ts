import { gzipSync } from 'node:zlib';
import { expect, it } from 'vitest';
import { compressedReading, downloaded, load, ready, shownReadings, train, useBrowser } from './browser.ts';
import { readingsInNode } from './readings.ts';

const browser = useBrowser();
const METHODS = { lowrank: 'Low rank', kmeans: 'k-means', simhash: 'SimHash', dictlearn: 'Dictionary' } as const;

/** Compressed JavaScript of the decoding page in bytes, gzipped file by file: 19,820 with the codecs of entropy-coded codes. */
const DECODER_LIMIT = 20_300;

it.each(Object.entries(METHODS))(
  '%s: trains, and its file decodes on the page that only decodes',
  async (method, name) => {
    const page = await browser.open(`?method=${method}&ratio=6&digits=1000&epochs=2&begin=30&end=60&curve=cosine`);
    await ready(page);
    await train(page);
    expect(await page.textContent('#results')).toContain(`Compressed, ${name}`);
    const file = await downloaded(page);
    expect(file.name).toBe(`mnist-${method}-6x.safetensors`);
    await page.context().close();

    const decoder = await browser.open('decode.html');
    await decoder.waitForSelector('input[name="digit"]', { state: 'attached' });
    await load(decoder, file.name, file.bytes);
    expect(await decoder.isHidden('#problem')).toBe(true);
    expect(await decoder.textContent('#matrices')).toContain(method);
    const readings = await readingsInNode(file.bytes, 48);
    expect(await shownReadings(decoder)).toEqual(readings);
    expect(await compressedReading(decoder)).toBe(readings[0]);
    await decoder.check('input[name="digit"][value="7"]');
    expect(await compressedReading(decoder)).toBe(readings[7]);
  },
);

it('the decoding page brings no TensorFlow.js, no WebAssembly, and little JavaScript', async () => {
  const addresses: string[] = [];
  const page = await browser.open('decode.html', {
    before: async (made) => made.on('response', (response) => addresses.push(response.url())),
  });
  await page.waitForSelector('input[name="digit"]', { state: 'attached' });
  const scripts = await Promise.all(
    addresses.filter((address) => address.endsWith('.js')).map(async (address) => (await fetch(address)).text()),
  );
  const bytes = scripts.reduce((sum, script) => sum + gzipSync(script).length, 0);
  expect(scripts.length).toBeGreaterThan(0);
  expect(scripts.join().toLowerCase()).not.toContain('tensorflow');
  expect(addresses.filter((address) => address.endsWith('.wasm'))).toEqual([]);
  expect(bytes).toBeLessThan(DECODER_LIMIT);
});
