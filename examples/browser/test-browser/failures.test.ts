import { createFormatRegistry, deserialize, matrix, serialize } from '@gcompress/core';
import { lowRank } from '@gcompress/lowrank';
import type { Page } from 'playwright-core';
import { describe, expect, it } from 'vitest';
import { uncompressed } from '../src/network/dense-format.ts';
import { writeNetwork } from '../src/network/stored-network.ts';
import { load, ready, train, useBrowser } from './browser.ts';

const browser = useBrowser();
const QUICK = '?digits=1000&epochs=2&begin=10&end=40';

describe('a page names what is missing', () => {
  it.each([
    ['WebAssembly', 'WebAssembly'],
    ['Worker', 'web workers'],
  ])('without %s', async (name, words) => {
    const page = await browser.open('', { before: (made) => made.addInitScript(`delete globalThis.${name}`) });
    await page.waitForSelector('#problem:visible');
    expect(await page.textContent('#problem')).toContain(`This page needs ${words}`);
    expect(await page.isDisabled('#start')).toBe(true);
  });

  it('without the wasm files it trains in plain JavaScript, and says so', async () => {
    const page = await browser.open(QUICK, { before: (made) => made.route('**/*.wasm', (route) => route.abort()) });
    await ready(page);
    expect(await page.textContent('#status')).toMatch(/cpu.*tfjs-backend-wasm/);
  });

  it('without the digits', async () => {
    const fail = (made: Page) => made.route('**/train-images*', (route) => route.fulfill({ status: 404 }));
    const page = await browser.open('', { before: fail });
    await page.waitForSelector('#problem:visible');
    expect(await page.textContent('#problem')).toContain('train-images.idx3-ubyte, status 404');
  });

  it('without the program of the worker', async () => {
    const page = await browser.open('', { before: (made) => made.route('**/worker-*.js', (route) => route.abort()) });
    await page.waitForSelector('#problem:visible');
    expect(await page.textContent('#problem')).toContain('The worker that trains has failed');
  });
});

describe('files that are not right', () => {
  const random = (shape: readonly [number, number]) =>
    uncompressed(
      matrix(
        shape,
        Float32Array.from({ length: shape[0] * shape[1] }, (_, i) => Math.sin(i * i)),
      ),
    );
  const layer = (rows: number, cols: number) => ({ weights: random([rows, cols]), bias: new Float32Array(cols) });
  const good = () => writeNetwork({ fc1: layer(784, 128), fc2: layer(128, 64), out: layer(64, 10) });
  const damaged = () => good().map((byte, i) => (i === 20_000 ? byte ^ 1 : byte));
  const foreign = () => serialize({ w: lowRank({ rank: 2 }).compress(random([30, 20]).decompress()) });
  const cases: readonly (readonly [name: string, bytes: () => Uint8Array, message: RegExp])[] = [
    ['damaged.safetensors', damaged, /checksum/],
    ['short.safetensors', () => good().subarray(0, 5000), /bytes/],
    ['text.txt', () => new TextEncoder().encode('not a network at all'), /expected/],
    ['empty', () => new Uint8Array(0), /expected/],
    ['other.safetensors', foreign, /a network of this page/],
  ];

  it.each(['', 'decode.html'])('are refused with the reason, and the page "%s" stays usable', async (address) => {
    const page = await browser.open(address);
    await page.waitForSelector('input[name="digit"]', { state: 'attached' });
    for (const [name, bytes, message] of cases) {
      await load(page, name, bytes());
      expect(await page.textContent('#problem')).toMatch(message);
      expect(await page.textContent('#problem')).toContain(`${name} was not loaded`);
    }
    await load(page, 'good.safetensors', good());
    expect(await page.isHidden('#problem')).toBe(true);
    expect(await page.textContent('.verdict')).toMatch(/Compressed: \d/);
  });

  it('the good one is one', async () => {
    const names = Object.keys(
      await deserialize(good(), createFormatRegistry([uncompressed(matrix([1, 1], [0])).format])),
    );
    expect(names).toEqual(['fc1', 'fc1.bias', 'fc2', 'fc2.bias', 'out', 'out.bias']);
  });
});

describe('stopping and starting again', () => {
  it('keeps to the last start, leaks no tensor, and can be stopped', async () => {
    const page = await browser.open(QUICK);
    await ready(page);
    await page.click('#start');
    await page.waitForFunction(() => Number(document.querySelector('#tile-step')?.textContent) > 2);
    await page.fill('#ratio', '1');
    expect(await page.textContent('#status')).toContain('Restart to train with them');
    const tensors = [];
    for (let round = 0; round < 2; round++) {
      await page.waitForSelector('#start:enabled');
      await train(page);
      await page.waitForFunction(() => document.querySelector<HTMLElement>('#status')?.dataset.tensors !== undefined);
      tensors.push(await page.getAttribute('#status', 'data-tensors'));
      await page.evaluate(() => delete document.querySelector<HTMLElement>('#status')?.dataset.tensors);
      expect(await page.textContent('#tile-step')).toBe('30');
    }
    expect(tensors[0]).toBe(tensors[1]);

    await page.click('#start');
    await page.waitForFunction(() => Number(document.querySelector('#tile-step')?.textContent) > 1);
    await page.click('#stop');
    await page.waitForFunction(() => document.querySelector('#status')?.textContent?.startsWith('Stopped'));
    expect(await page.isHidden('#problem')).toBe(true);
    await page.reload();
    await ready(page);
    expect(await page.inputValue('#ratio')).toBe('1');
  });
});
