import { launchChromium } from './scripts/chromium.ts';
const [file, name] = process.argv.slice(2);
const browser = await launchChromium();
for (const [n, o] of [['light', { colorScheme: 'light', viewport: { width: 1200, height: 900 } }], ['dark', { colorScheme: 'dark', viewport: { width: 1200, height: 900 } }], ['phone', { colorScheme: 'light', viewport: { width: 375, height: 800 } }]] as const) {
  const page = await browser.newPage(o as never);
  page.setDefaultTimeout(0);
  await page.goto(`file://${file}`);
  const t = await page.evaluate('(() => { const n = performance.getEntriesByType("navigation")[0]; const p = performance.getEntriesByType("paint").map((e) => [e.name, Math.round(e.startTime)]); return JSON.stringify({ load: Math.round(n.loadEventEnd), dom: Math.round(n.domContentLoadedEventEnd), p, w: document.documentElement.scrollWidth, h: document.documentElement.scrollHeight, iw: innerWidth }); })()');
  console.log(n, t);
  await page.screenshot({ path: `/tmp/shots/${name}-${n}.png`, fullPage: true });
  if (n === 'light') { await page.evaluate("document.querySelectorAll('details').forEach((d, i) => { d.open = i < 2; })"); await page.locator('details').first().screenshot({ path: `/tmp/shots/${name}-details.png` }); }
  await page.close();
}
await browser.close();
