import type { Page } from 'playwright-core';
import { beforeAll, describe, expect, inject, it } from 'vitest';
import { compressedReading, downloaded, load, ready, shownReadings, train, useBrowser } from './browser.ts';
import { accuracyInWords, readingsInNode } from './readings.ts';

const browser = useBrowser();
const SHORT = '?method=lowrank&ratio=4&digits=2000&epochs=4&begin=30&end=60';

describe('from a start to a file and back', () => {
  let page: Page;
  let file: Awaited<ReturnType<typeof downloaded>>;
  const addresses: string[] = [];
  const accuracyOf = (row: string) => page.locator('#results tr', { hasText: row }).locator('td').last().textContent();

  beforeAll(async () => {
    page = await browser.open(SHORT, {
      before: async (made) => made.on('request', (request) => addresses.push(request.url())),
    });
    await ready(page);
    await train(page);
    file = await downloaded(page);
  });

  it('asks nobody but its own server', () => {
    const origin = new URL(inject('url')).origin;
    const others = addresses.filter((address) => !address.startsWith(origin) && !/^(blob|data):/.test(address));
    expect(addresses.some((address) => address.endsWith('.wasm'))).toBe(true);
    expect(others).toEqual([]);
  });

  it('shows curves, matrices and figures of the finished training', async () => {
    expect(await page.textContent('#tile-alpha')).toBe('0.00');
    expect(await page.textContent('#tile-step')).toBe('124');
    expect(await page.getAttribute('#chart-alpha .plot', 'aria-label')).toContain('0.00');
    expect(await page.getAttribute('#chart-loss .plot', 'aria-label')).toMatch(/Dense \d\.\d\d, Compressed \d\.\d\d/);
    expect(await page.locator('#matrix canvas:visible').count()).toBe(2);
    expect(await page.textContent('#matrix')).toMatch(/‖A − Ŵ‖ \/ ‖A‖ = 0\.\d{3}/);
    const weights = Number((await page.textContent('#tile-bytes'))?.replace(' kB', ''));
    expect(weights * 1000).toBeLessThan(437_544 / 3.5);
  });

  it('measures all networks on their files', async () => {
    const sizes = await page.locator('#results tr td:nth-child(2)').allTextContents();
    const [dense, uint8, compressed] = sizes.map((text) => Number(text.replace(/\D/g, '')));
    expect(dense).toBeGreaterThan(3.5 * uint8);
    expect(compressed).toBe(file.bytes.length);
    expect(Number.parseFloat((await accuracyOf('Dense, float32')) ?? '')).toBeGreaterThan(75);
  });

  it('downloads a file that reads digits in Node as the page says', async () => {
    expect(file.name).toBe('mnist-lowrank-4x.safetensors');
    const readings = await readingsInNode(file.bytes, 1000);
    expect(accuracyInWords(readings)).toBe(await accuracyOf('Compressed, Low rank'));
    expect(await shownReadings(page)).toEqual(readings.slice(0, 48));
    expect(Number.parseFloat(accuracyInWords(readings))).toBeGreaterThan(60);
  });

  it('loads the file into a fresh page, where it reads the same', async () => {
    const before = await accuracyOf('Compressed, Low rank');
    await page.reload();
    await ready(page);
    expect(await page.isDisabled('#download')).toBe(true);
    await load(page, file.name, file.bytes);
    expect(await accuracyOf('From a file, Low rank')).toBe(before);
    expect(await page.textContent('#tile-alpha')).toBe('0.00');
    const readings = await readingsInNode(file.bytes, 48);
    expect(await shownReadings(page)).toEqual(readings);
    for (const index of [3, 17, 40]) {
      await page.check(`input[name="digit"][value="${index}"]`);
      await page.waitForFunction(
        (digit) => document.querySelector('.verdict')?.textContent?.includes(`Compressed: ${digit}`),
        readings[index],
      );
    }
  });

  it('reads what is drawn', async () => {
    const pad = page.locator('canvas.pad');
    await pad.scrollIntoViewIfNeeded();
    const box = await pad.boundingBox();
    if (!box) throw new Error('the pad is not visible');
    const at = (x: number, y: number) => [box.x + x * box.width, box.y + y * box.height] as const;
    await page.mouse.move(...at(0.52, 0.2));
    await page.mouse.down();
    await page.mouse.move(...at(0.48, 0.8), { steps: 8 });
    await page.mouse.up();
    await page.waitForFunction(() => document.querySelector('.verdict')?.textContent?.includes('Compressed: 1'));
    await page.click('#pad button');
    expect(await page.textContent('.verdict')).toBe('Pick a digit or draw one.');
    expect(await compressedReading(page)).toBeNaN();
  });

  it('hands a loaded file on unchanged', async () => {
    const again = await downloaded(page);
    expect(again.name).toBe(file.name);
    expect(again.bytes.equals(file.bytes)).toBe(true);
  });
});
