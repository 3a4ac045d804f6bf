// The report of @gcompress/report in Chromium: no violation that axe finds, nothing wider than the page, keyboard and paper.
import { mkdtempSync, readdirSync, readFileSync, statSync, writeFileSync } from 'node:fs';
import { createRequire } from 'node:module';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { pathToFileURL } from 'node:url';
import { reportHtml } from '@gcompress/report';
import type { AxeResults } from 'axe-core';
import type { Page } from 'playwright-core';
import { beforeAll, expect, it } from 'vitest';
import { exampleReport } from '../../../packages/report/test/example-report.ts';
import { useBrowser } from './browser.ts';

const AXE = readFileSync(createRequire(import.meta.url).resolve('axe-core/axe.min.js'), 'utf8');
const browser = useBrowser();
let address: string;
/** The reports of the documentation. */
const REPORTS = new URL('../../../docs/results/reports/', import.meta.url);

beforeAll(async () => {
  const path = join(mkdtempSync(join(tmpdir(), 'gcompress-report-')), 'report.html');
  writeFileSync(path, reportHtml(await exampleReport()));
  address = pathToFileURL(path).href;
});

/** Runs code in a page; the page's own types are those of Node here. */
const evaluate = <T>(page: Page, code: string) => page.evaluate(code) as Promise<T>;

const LOOKS = {
  light: { colorScheme: 'light', viewport: { width: 1200, height: 900 } },
  dark: { colorScheme: 'dark', viewport: { width: 1200, height: 900 } },
  'a phone': { colorScheme: 'light', viewport: { width: 360, height: 740 } },
} as const;
type Look = keyof typeof LOOKS;

/** Opens a report with all its details, and expects axe to find nothing and the page to be as wide as the screen. */
async function expectAccessible(report: string, look: Look): Promise<void> {
  // axe is a script, which the page itself forbids
  const page = await browser.open(report, { ...LOOKS[look], bypassCSP: true });
  await evaluate(page, "document.querySelectorAll('details').forEach((each) => { each.open = true; })");
  await evaluate(page, `${AXE};undefined`);
  const { violations, passes } = await evaluate<AxeResults>(page, 'axe.run()');
  expect(violations.map(({ id, nodes }) => `${id}: ${nodes.map(({ html }) => html).join(' ')}`)).toEqual([]);
  expect(passes.length).toBeGreaterThan(15);
  expect(await evaluate(page, 'document.documentElement.scrollWidth <= innerWidth')).toBe(true);
  await page.context().close();
}

it.each(Object.keys(LOOKS) as Look[])('axe finds no violation, and nothing is wider than the page: %s', (look) =>
  expectAccessible(address, look),
);

it.each(readdirSync(REPORTS).filter((name) => name.endsWith('.html')))(
  'so it is with %s of the documentation, below 3 MB',
  async (name) => {
    expect(statSync(new URL(name, REPORTS)).size).toBeLessThan(3e6);
    for (const look of Object.keys(LOOKS) as Look[]) await expectAccessible(new URL(name, REPORTS).href, look);
  },
);

it('the keyboard unfolds a matrix, and a link of the table opens it', async () => {
  const page = await browser.open(address);
  await page.focus('details summary');
  await page.keyboard.press('Enter');
  expect(await page.locator('details[open]').count()).toBe(1);
  await page.focus('a[href="#weight-2"]');
  await page.keyboard.press('Enter');
  await page.waitForSelector('#weight-2:visible');
  await page.context().close();
});

it('paper shows the details of every matrix', async () => {
  const page = await browser.open(address);
  expect(await page.locator('#weight-2').isVisible()).toBe(false);
  await page.emulateMedia({ media: 'print' });
  expect(await page.locator('#weight-2').isVisible()).toBe(true);
  await page.context().close();
});
