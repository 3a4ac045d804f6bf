import { describe, expect, it } from 'vitest';
import { useBrowser } from './browser.ts';

const browser = useBrowser();

describe.each(['wasm', 'webgl'])('tfOps on %s in a browser', (backend) => {
  it('passes the suite of the testkit', async () => {
    const page = await browser.open('test-browser/tensor-ops.html');
    await page.waitForFunction(() => 'checkBackend' in globalThis);
    const checks = await page.evaluate((name) => globalThis.checkBackend(name), backend);
    expect(checks.length).toBeGreaterThan(10);
    expect(checks.filter(({ outcome }) => outcome !== 'passed')).toEqual([]);
  });
});
