import type { Browser, BrowserContextOptions, Page } from 'playwright-core';
import { afterAll, beforeAll, expect, inject } from 'vitest';
import { launchChromium } from '../scripts/chromium.ts';

/** How {@link open} opens a page. */
export interface OpenOptions extends BrowserContextOptions {
  /** Runs on the page before anything is loaded. */
  readonly before?: (page: Page) => Promise<unknown>;
}

/**
 * One Chromium for the tests of a file. Each page it opens is a user of its own.
 *
 * @param more further arguments of Chromium.
 */
export function useBrowser(more: readonly string[] = []): {
  open(address: string, options?: OpenOptions): Promise<Page>;
} {
  let browser: Browser;
  beforeAll(async () => {
    browser = await launchChromium(more);
  });
  afterAll(() => browser.close());
  return {
    async open(address, { before, ...options } = {}) {
      const page = await (await browser.newContext(options)).newPage();
      // How long a test may take is the test runner's to say
      page.setDefaultTimeout(0);
      await before?.(page);
      await page.goto(new URL(address, inject('url')).href);
      return page;
    },
  };
}

/** Waits until the training page can train. */
export async function ready(page: Page): Promise<void> {
  await page.waitForFunction(() => document.querySelector('#status')?.textContent?.startsWith('Ready'));
}

/** Trains to the end. */
export async function train(page: Page): Promise<void> {
  await page.click('#start');
  await page.waitForFunction(() =>
    /^(Finished|The training has failed)/.test(document.querySelector('#status')?.textContent ?? ''),
  );
  expect(await page.textContent('#status')).toMatch(/^Finished/);
}

/** The bytes that the download button hands over, and their name. */
export async function downloaded(page: Page): Promise<{ readonly bytes: Buffer; readonly name: string }> {
  const [file] = await Promise.all([page.waitForEvent('download'), page.click('#download')]);
  const parts: Buffer[] = [];
  for await (const part of await file.createReadStream()) parts.push(part as Buffer);
  return { bytes: Buffer.concat(parts), name: file.suggestedFilename() };
}

/** Loads a file into either page, and waits for what the page says of it. */
export async function load(page: Page, name: string, bytes: Uint8Array): Promise<void> {
  const file = { name, mimeType: 'application/octet-stream', buffer: Buffer.from(bytes) };
  await page.setInputFiles('#file', file);
  await page.waitForFunction(
    (title) =>
      ['#file-status', '#problem'].some((place) => document.querySelector(place)?.textContent?.startsWith(title)),
    name,
  );
}

/** What the page says that its compressed network reads: a digit. */
export async function compressedReading(page: Page): Promise<number> {
  const text = await page.textContent('.verdict');
  return Number(/Compressed: (\d)/.exec(text ?? '')?.[1]);
}

/** What a page shows under each of its test digits. */
export async function shownReadings(page: Page): Promise<number[]> {
  return (await page.locator('.reading').allTextContents()).map(Number);
}
