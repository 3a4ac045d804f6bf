import type { Page } from 'playwright-core';
import { describe, expect, it } from 'vitest';
import { ready, useBrowser } from './browser.ts';

const browser = useBrowser();

describe('by keyboard', () => {
  /** What the tab key reaches, by id or name, until it comes back to the first. */
  async function tabStops(page: Page): Promise<string[]> {
    const stops: string[] = [];
    for (let i = 0; i < 60; i++) {
      await page.keyboard.press('Tab');
      const stop = await page.evaluate(() => {
        const at = document.activeElement;
        return at?.id || at?.getAttribute('name') || at?.textContent || '';
      });
      if (stops.includes(stop)) break;
      stops.push(stop);
    }
    return stops;
  }

  it('every control of the training page is reached', async () => {
    const page = await browser.open('');
    await ready(page);
    expect(await tabStops(page)).toEqual(
      expect.arrayContaining([
        ...['method', 'ratio', 'begin', 'end', 'curve', 'digits', 'epochs', 'start'],
        ...['view', 'digit', 'Clear', 'load'],
      ]),
    );
  });

  it('settings change, a training starts and stops, a digit is picked', async () => {
    const page = await browser.open('?digits=1000&epochs=20');
    await ready(page);
    await page.focus('input[name="method"]:checked');
    await page.keyboard.press('ArrowRight');
    await page.focus('#ratio');
    await page.keyboard.press('ArrowRight');
    expect(page.url()).toContain('method=kmeans&ratio=6');
    await page.focus('#begin');
    await page.keyboard.press('End');
    expect(await page.inputValue('#end')).toBe('85');
    await page.focus('#start');
    await page.keyboard.press('Enter');
    await page.waitForFunction(() => Number(document.querySelector('#tile-step')?.textContent) > 0);
    await page.focus('input[name="digit"]');
    await page.keyboard.press('ArrowRight');
    await page.waitForFunction(() => /^Dense: \d/.test(document.querySelector('.verdict')?.textContent ?? ''));
    expect(await page.inputValue('input[name="digit"]:checked')).toBe('1');
    await page.focus('#stop');
    await page.keyboard.press('Space');
    await page.waitForFunction(() => document.querySelector('#status')?.textContent?.startsWith('Stopped'));
  });

  it('the decoding page has the same picker', async () => {
    const page = await browser.open('decode.html');
    await page.waitForSelector('input[name="digit"]', { state: 'attached' });
    expect(await tabStops(page)).toEqual(expect.arrayContaining(['load', 'digit', 'Clear']));
  });
});

describe('layout', () => {
  const WIDTHS = [320, 375, 768, 1280];

  it.each(['', 'decode.html'])('the page "%s" fits every width, in light and dark', async (address) => {
    const backgrounds = [];
    for (const colorScheme of ['light', 'dark'] as const) {
      const page = await browser.open(address, { colorScheme });
      await page.waitForSelector('input[name="digit"]', { state: 'attached' });
      for (const width of WIDTHS) {
        await page.setViewportSize({ width, height: 800 });
        const needed = await page.evaluate(() => document.documentElement.scrollWidth);
        expect(needed, `${colorScheme}, ${width}`).toBeLessThanOrEqual(width);
      }
      backgrounds.push(await page.evaluate(() => getComputedStyle(document.body).backgroundColor));
      expect(await contrast(page), colorScheme).toBeGreaterThan(4.5);
      await page.context().close();
    }
    expect(backgrounds[0]).not.toBe(backgrounds[1]);
  });

  /** The smallest contrast of text on its surfaces, by WCAG 2. */
  function contrast(page: Page): Promise<number> {
    return page.evaluate(() => {
      const probe = document.body.appendChild(document.createElement('span'));
      const luminance = (name: string) => {
        probe.style.color = `var(--${name})`;
        const channels = getComputedStyle(probe).color.match(/\d+/g) ?? [];
        const parts = channels.slice(0, 3).map((channel) => Number(channel) / 255);
        const [r, g, b] = parts.map((part) => (part <= 0.04045 ? part / 12.92 : ((part + 0.055) / 1.055) ** 2.4));
        return 0.2126 * r + 0.7152 * g + 0.0722 * b;
      };
      const pairs = [
        ...['text', 'muted', 'wrong', 'accent'].flatMap((ink) => [
          [ink, 'surface'],
          [ink, 'background'],
        ]),
        ['on-accent', 'accent'],
        ['text', 'problem'],
        ['muted', 'window'],
      ];
      const ratios = pairs.map((pair) => {
        const [low, high] = pair.map(luminance).sort((a, b) => a - b);
        return (high + 0.05) / (low + 0.05);
      });
      return Math.min(...ratios);
    });
  }
});
