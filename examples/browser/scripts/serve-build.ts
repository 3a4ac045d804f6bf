import { mkdtempSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join, resolve } from 'node:path';
import { build, preview } from 'vite';
import './copy-digits.ts';

/** The built pages on a server of their own. */
export interface ServedBuild {
  /** Address of the folder with both pages. */
  readonly url: string;
  stop(): Promise<void>;
}

/** Builds both pages into a temporary folder and serves them on a free port of this machine. */
export async function serveBuild(): Promise<ServedBuild> {
  const root = resolve(import.meta.dirname, '..');
  const outDir = mkdtempSync(join(tmpdir(), 'gcompress-browser-'));
  const options = { root, logLevel: 'warn', build: { outDir, emptyOutDir: true } } as const;
  await build(options);
  const server = await preview({ ...options, preview: { host: '127.0.0.1', port: 0 } });
  const [url] = server.resolvedUrls?.local ?? [];
  return { url, stop: () => server.close() };
}
