// Serves the built pages, for tests and screenshots.
import { mkdtempSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join, resolve } from 'node:path';
import { build, type InlineConfig, preview } from 'vite';
import './copy-digits.ts';

/** The built pages on a server of their own. */
export interface ServedBuild {
  /** Address of the folder with both pages. */
  readonly url: string;
  stop(): Promise<void>;
}

/**
 * Builds both pages into a temporary folder and serves them on a free port of this machine.
 *
 * @param pages more pages, relative to the folder of the example.
 */
export async function serveBuild(pages: readonly string[] = []): Promise<ServedBuild> {
  const root = resolve(import.meta.dirname, '..');
  const outDir = mkdtempSync(join(tmpdir(), 'gcompress-browser-'));
  const input = pages.map((page) => join(root, page));
  const options: InlineConfig = {
    root,
    logLevel: 'error',
    build: { outDir, emptyOutDir: true, rolldownOptions: { input } },
  };
  await build(options);
  const server = await preview({ ...options, preview: { host: '127.0.0.1', port: 0 } });
  const [url] = server.resolvedUrls?.local ?? [];
  return { url, stop: () => server.close() };
}
