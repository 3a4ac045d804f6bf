// The WebAssembly kernels on a page: the bits of Node, and the portable kernels where a content security policy forbids WebAssembly.
import { fileURLToPath } from 'node:url';
import type { Browser } from 'playwright-core';
import { build } from 'vite';
import { afterAll, beforeAll, expect, it } from 'vitest';
import { launchChromium } from '../../scripts/chromium.ts';
import { kernelDigest } from './digest.ts';

let browser: Browser;
let script: string;

beforeAll(async () => {
  const entry = fileURLToPath(new URL('digest.ts', import.meta.url));
  const lib = { entry, name: 'page', formats: ['iife' as const] };
  const built = await build({ configFile: false, logLevel: 'warn', build: { write: false, lib } });
  script = (built as { output: { code: string }[] }[])[0].output[0].code;
  browser = await launchChromium();
});
afterAll(() => browser.close());

/** The digest that a page under a content security policy computes. */
async function digestUnder(policy: string): Promise<Awaited<ReturnType<typeof kernelDigest>>> {
  const page = await browser.newPage();
  page.setDefaultTimeout(0);
  const head = `<meta http-equiv="Content-Security-Policy" content="script-src 'unsafe-inline' ${policy}">`;
  await page.setContent(`<!doctype html><html><head>${head}</head><body><script>${script}</script></body></html>`);
  return page.evaluate('page.kernelDigest()');
}

it('give the bits of Node under a policy that allows WebAssembly', async () => {
  const expected = await kernelDigest();
  expect(expected.wasm).toBe(true);
  expect(await digestUnder("'wasm-unsafe-eval'")).toEqual(expected);
});

it('give way to the portable kernels under a policy that does not', async () => {
  expect((await digestUnder('')).wasm).toBe(false);
});
