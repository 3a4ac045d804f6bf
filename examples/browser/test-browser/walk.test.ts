// The walk of the command line's README: the file that it makes is loaded in Chromium by the code that stands there.
import { mkdtempSync, readFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join, resolve } from 'node:path';
import { runMain } from '@gcompress/example-program/run-main';
import { build, type Rolldown } from 'vite';
import { beforeAll, expect, it } from 'vitest';
import { commandLineWalk } from '../../../tools/registry/walk.ts';
import { useBrowser } from './browser.ts';

const walk = commandLineWalk(resolve(import.meta.dirname, '../../..'));
const browser = useBrowser();
const folder = mkdtempSync(join(tmpdir(), 'gcompress-walk-'));
const PROGRAM = new URL('../../../packages/cli/src/cli.ts', import.meta.url);
let script: string;

/** Bundles the code of the page as a reader's bundler would. */
async function bundled(code: string): Promise<string> {
  const name = 'virtual:walk.js';
  const built = await build({
    root: resolve(import.meta.dirname, '..'),
    configFile: false,
    logLevel: 'error',
    plugins: [
      {
        name: 'walk',
        resolveId: (id) => (id === name ? name : undefined),
        load: (id) => (id === name ? code : undefined),
      },
    ],
    build: { write: false, target: 'es2022', modulePreload: false, rolldownOptions: { input: name } },
  });
  const { output } = built as Rolldown.RolldownOutput;
  expect(output.length).toBe(1);
  return output[0].code;
}

beforeAll(async () => {
  const [, model] = /inspect (\S+)/.exec(walk.commands[0]) ?? [];
  const compress = walk.commands[1].split(' ').slice(2);
  expect(compress.slice(0, 2)).toEqual(['compress', model]);
  const made = await runMain(PROGRAM, [...compress.slice(0, -1), join(folder, 'upscaler.gcm')]);
  expect(made).toMatchObject({ code: 0, stderr: '' });
  script = await bundled(walk.onPage);
});

it('loads and predicts', async () => {
  const printed: string[] = [];
  const page = await browser.open('walk/', {
    before: async (made) => {
      made.on('console', (message) => printed.push(message.text()));
      made.on('pageerror', (error) => printed.push(String(error)));
      await made.route('**/walk/*', (route) => {
        const name = new URL(route.request().url()).pathname.split('/').at(-1);
        const html = '<!doctype html><meta charset="utf-8"><script type="module" src="main.js"></script>';
        if (name === 'main.js') return route.fulfill({ body: script, contentType: 'text/javascript' });
        if (name === 'upscaler.gcm') return route.fulfill({ body: readFileSync(join(folder, name)) });
        return route.fulfill({ body: html, contentType: 'text/html' });
      });
    },
  });
  const [, expected] = /\/\/ → (.+)/.exec(walk.onPage) ?? [];
  await expect.poll(() => printed, { timeout: 60_000 }).toContain(expected);
  await page.context().close();
});
