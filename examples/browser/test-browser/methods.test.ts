import { gzipSync } from 'node:zlib';
import { expect, it } from 'vitest';
import { compressedReading, downloaded, load, ready, shownReadings, train, useBrowser } from './browser.ts';
import { readingsInNode } from './readings.ts';

const browser = useBrowser();
const BYTES = 12_000;
/** Names on the page by method, and how the file is called. */
const METHODS = {
  lowrank: ['Low rank', '6x'],
  kmeans: ['k-means', '6x'],
  simhash: ['SimHash', '6x'],
  dictlearn: ['Dictionary', '6x'],
  uniform: ['Coded levels', `${BYTES}-bytes`],
} as const;

/** Compressed JavaScript of the decoding page in bytes, gzipped file by file: 24,340 with the decoders of five methods and what they share with training. */
const DECODER_LIMIT = 24_700;

it.each(Object.entries(METHODS))(
  '%s: trains, and its file decodes on the page that only decodes',
  async (method, [name, size]) => {
    const page = await browser.open(
      `?method=${method}&ratio=6&bytes=${BYTES}&digits=1000&epochs=2&begin=30&end=60&curve=cosine`,
    );
    await ready(page);
    await train(page);
    expect(await page.textContent('#results')).toContain(`Compressed, ${name}`);
    const file = await downloaded(page);
    expect(file.name).toBe(`mnist-${method}-${size}.safetensors`);
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

it('trains to the size of a file that the user names', async () => {
  const page = await browser.open('?digits=1000&epochs=2&begin=30&end=80');
  await ready(page);
  await page.check('input[name="method"][value="uniform"]', { force: true });
  await page.fill('#bytes', String(BYTES));
  expect(await page.textContent('#bytes-value')).toBe('at most 12.0 kB');
  expect(await page.isHidden('#ratio')).toBe(true);
  await train(page);
  const { bytes } = await downloaded(page);
  expect(bytes.length).toBeLessThanOrEqual(BYTES);
  expect(bytes.length).toBeGreaterThan(0.95 * BYTES);
});

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
