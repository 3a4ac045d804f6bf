// What a visitor meets first: the button to start, and a default run that shows compression at its worth.
import { expect, it } from 'vitest';
import { ready, train, useBrowser } from './browser.ts';

const browser = useBrowser();

it.each([
  { width: 1280, height: 800 },
  { width: 390, height: 844 },
])('shows the button to start without scrolling, at %j', async (viewport) => {
  const page = await browser.open('', { viewport });
  await ready(page);
  const box = await page.locator('#start').boundingBox();
  expect(box && box.y + box.height).toBeLessThanOrEqual(viewport.height);
  await page.close();
});

it('ends the default run at most half a point below the dense network', async () => {
  const page = await browser.open('');
  await ready(page);
  await train(page);
  const accuracyOf = async (row: string) => {
    const cell = page.locator('#results tr', { hasText: row }).locator('td').last();
    return Number.parseFloat((await cell.textContent()) ?? '');
  };
  expect(await accuracyOf('Compressed, Low rank')).toBeGreaterThanOrEqual((await accuracyOf('Dense, float32')) - 0.5);
});
