import { mkdirSync } from 'node:fs';
import { join, resolve } from 'node:path';
import type { Page } from 'playwright-core';
import { launchChromium } from './chromium.ts';
import { serveBuild } from './serve-build.ts';

// Takes the pictures in `screenshots/`: the training page at its start, while it trains and when it has finished, in light and
// dark; finished at the width of a phone; and the page that only decodes.

const folder = resolve(import.meta.dirname, '../screenshots');
const DESKTOP = { width: 1280, height: 800 };
const PHONE = { width: 375, height: 800 };
const SETTINGS = '?method=lowrank&ratio=8&digits=4000&epochs=5&begin=25&end=60&curve=linear';

mkdirSync(folder, { recursive: true });
const server = await serveBuild();
const browser = await launchChromium();
try {
  const page = await browser.newPage({ viewport: DESKTOP, colorScheme: 'light' });
  page.setDefaultTimeout(1_200_000);
  await page.goto(server.url + SETTINGS);
  await page.waitForSelector('#start:enabled');
  await take(page, 'start');
  await page.click('#start');
  await page.waitForFunction(() => Number(document.querySelector('#tile-alpha')?.textContent) < 0.5);
  await take(page, 'training');
  await page.waitForSelector('#download:enabled');
  await page.check('input[name="digit"][value="18"]');
  await take(page, 'finished');
  const [file] = await Promise.all([page.waitForEvent('download'), page.click('#download')]);
  await page.setViewportSize(PHONE);
  await take(page, 'phone');

  await page.setViewportSize(DESKTOP);
  await page.goto(`${server.url}decode.html`);
  await page.waitForSelector('input[name="digit"]', { state: 'attached' });
  await page.setInputFiles('#file', await file.path());
  await page.waitForSelector('#matrices:visible');
  await take(page, 'decode');
} finally {
  await browser.close();
  await server.stop();
}

/** The whole page in both colour schemes. */
async function take(page: Page, name: string): Promise<void> {
  for (const colorScheme of ['light', 'dark'] as const) {
    await page.emulateMedia({ colorScheme });
    // Charts are drawn in the frame after the next
    await page.evaluate(() => new Promise((resolve) => requestAnimationFrame(() => requestAnimationFrame(resolve))));
    await page.screenshot({ path: join(folder, `${name}-${colorScheme}.png`), fullPage: true });
  }
}
