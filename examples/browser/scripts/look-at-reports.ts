// Opens the reports of docs/results/reports in Chromium: prints how long each takes to open, and takes its picture in light and dark and at the width
// of a phone. Pictures go to the folder that is named as the argument.
import { mkdirSync, readdirSync } from 'node:fs';
import { basename, join, resolve } from 'node:path';
import { fileURLToPath } from 'node:url';
import { launchChromium } from './chromium.ts';

const REPORTS = new URL('../../../docs/results/reports/', import.meta.url);
const DESKTOP = { width: 1200, height: 900 };
const LOOKS = {
  light: { colorScheme: 'light', viewport: DESKTOP },
  dark: { colorScheme: 'dark', viewport: DESKTOP },
  phone: { colorScheme: 'light', viewport: { width: 375, height: 800 } },
} as const;
/** Milliseconds until the page has loaded, by the browser's own clock. */
const OPENED = "performance.getEntriesByType('navigation')[0].loadEventEnd";
const RUNS = 5;

const [output] = process.argv.slice(2);
if (output === undefined) throw new Error('Name the folder of the pictures.');
const folder = resolve(process.env.INIT_CWD ?? '.', output);
mkdirSync(folder, { recursive: true });
const browser = await launchChromium();
try {
  for (const file of readdirSync(REPORTS).filter((name) => name.endsWith('.html'))) {
    const address = new URL(file, REPORTS);
    for (const [look, options] of Object.entries(LOOKS)) {
      const page = await browser.newPage(options);
      page.setDefaultTimeout(0);
      await page.goto(address.href);
      await page.screenshot({ path: join(folder, `${basename(file, '.html')}-${look}.png`), fullPage: true });
      await page.close();
    }
    const times: number[] = [];
    for (let run = 0; run < RUNS; run++) {
      const page = await browser.newPage({ viewport: DESKTOP });
      page.setDefaultTimeout(0);
      await page.goto(address.href);
      times.push(Math.round((await page.evaluate(OPENED)) as number));
      await page.close();
    }
    console.log(`${fileURLToPath(address)}: opened in ${times.sort((a, b) => a - b).join(', ')} ms`);
  }
} finally {
  await browser.close();
}
