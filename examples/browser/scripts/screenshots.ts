// Takes the pictures in `screenshots/`: the training page at its start, while it trains and when it has finished, in light and
// dark; finished at the width of a phone; and the page that only decodes.
import { mkdirSync, mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { dirname, join, resolve } from 'node:path';
import type { Page } from 'playwright-core';
import { launchChromium } from './chromium.ts';
import { serveBuild } from './serve-build.ts';

const folder = resolve(import.meta.dirname, '../screenshots');
const DESKTOP = { width: 1280, height: 800 };
const PHONE = { width: 375, height: 800 };

mkdirSync(folder, { recursive: true });
const server = await serveBuild();
const browser = await launchChromium();
try {
  const page = await browser.newPage({ viewport: DESKTOP, colorScheme: 'light' });
  page.setDefaultTimeout(1_200_000);
  await page.goto(server.url);
  await page.waitForSelector('#start:enabled');
  await take(page, 'start');
  await page.click('#start');
  await page.waitForFunction(() => Number(document.querySelector('#tile-alpha')?.textContent) < 0.5);
  await take(page, 'training');
  await page.waitForSelector('#download:enabled');
  await page.check('input[name="digit"][value="18"]');
  await take(page, 'finished');
  const [download] = await Promise.all([page.waitForEvent('download'), page.click('#download')]);
  const file = join(mkdtempSync(join(tmpdir(), 'gcompress-screenshots-')), download.suggestedFilename());
  await download.saveAs(file);
  await page.setViewportSize(PHONE);
  await take(page, 'phone');

  await page.setViewportSize(DESKTOP);
  await page.goto(`${server.url}decode.html`);
  await page.waitForSelector('input[name="digit"]', { state: 'attached' });
  await page.setInputFiles('#file', file);
  await page.waitForSelector('#matrices:visible');
  await take(page, 'decode');
  rmSync(dirname(file), { recursive: true });
} finally {
  await browser.close();
  await server.stop();
}

/** The whole page in both colour schemes. */
async function take(page: Page, name: string): Promise<void> {
  // Where the settings stay in sight, they would hang in the middle
  await page.evaluate(() => scrollTo(0, 0));
  for (const colorScheme of ['light', 'dark'] as const) {
    await page.emulateMedia({ colorScheme });
    // Charts are drawn in the frame after the next
    await page.evaluate(() => new Promise((resolve) => requestAnimationFrame(() => requestAnimationFrame(resolve))));
    await page.screenshot({ path: join(folder, `${name}-${colorScheme}.jpg`), quality: 85, fullPage: true });
  }
}
