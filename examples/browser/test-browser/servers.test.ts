// Both pages work as the three commands of the README serve them: dev, and preview of what build:pages made.
import { type ChildProcess, spawn, spawnSync } from 'node:child_process';
import { resolve } from 'node:path';
import type { Page } from 'playwright-core';
import { afterEach, beforeAll, describe, expect, it } from 'vitest';
import { ready, train, useBrowser } from './browser.ts';

const browser = useBrowser();
const root = resolve(import.meta.dirname, '..');
const BRIEF = '?method=lowrank&ratio=4&digits=1000&epochs=1&begin=30&end=60';

let server: ChildProcess | undefined;
/** The server is a grandchild of pnpm: the whole group ends. */
afterEach(() => {
  if (server?.pid) process.kill(-server.pid);
  server = undefined;
});

/** Runs a script of this package, and resolves to the address that it prints. */
function serve(script: string): Promise<string> {
  const child = spawn('pnpm', ['run', script, '--host', '127.0.0.1', '--port', '0'], {
    cwd: root,
    detached: true,
    stdio: ['ignore', 'pipe', 'pipe'],
    env: { ...process.env, NO_COLOR: '1' },
  });
  server = child;
  return new Promise((found, failed) => {
    let output = '';
    const read = (text: Buffer) => {
      output += text;
      const address = /http:\/\/127\.0\.0\.1:\d+\//.exec(output)?.[0];
      if (address) found(address);
    };
    child.stdout.on('data', read);
    child.stderr.on('data', read);
    child.on('exit', () => failed(new Error(`${script} ended: ${output}`)));
  });
}

/** What a page complains about while it is used. */
function complaints(page: Page): string[] {
  const heard: string[] = [];
  page.on('pageerror', (error) => heard.push(error.message));
  page.on('console', (message) => message.type() === 'error' && heard.push(message.text()));
  return heard;
}

async function trains(address: string): Promise<void> {
  let heard: string[] = [];
  const page = await browser.open(`${address}${BRIEF}`, {
    before: async (made) => {
      heard = complaints(made);
    },
  });
  await ready(page);
  await train(page);
  expect(await page.textContent('#tile-alpha')).toBe('0.00');
  expect(heard).toEqual([]);
  await page.close();
}

async function decodes(address: string): Promise<void> {
  let heard: string[] = [];
  const page = await browser.open(`${address}decode.html`, {
    before: async (made) => {
      heard = complaints(made);
    },
  });
  await page.waitForFunction(() => document.querySelectorAll('input[name="digit"]').length > 0);
  expect(heard).toEqual([]);
  await page.close();
}

beforeAll(() => {
  const { status, stderr } = spawnSync('pnpm', ['run', 'build:pages'], { cwd: root, encoding: 'utf8' });
  expect(status, stderr).toBe(0);
});

describe.each(['dev', 'preview'])('pnpm %s', (script) => {
  it('serves a page that trains and a page that decodes', async () => {
    const address = await serve(script);
    await trains(address);
    await decodes(address);
  });
});
