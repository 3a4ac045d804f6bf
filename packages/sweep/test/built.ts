// The package as it is published, for tests that start processes: plain JavaScript starts many times faster than TypeScript.
import { mkdirSync, mkdtempSync, rmSync } from 'node:fs';
import { join } from 'node:path';
import { fileURLToPath, pathToFileURL } from 'node:url';
import { build } from 'esbuild';

const here = fileURLToPath(new URL('.', import.meta.url));

/** Where bare imports find the packages of this one. */
const root = join(here, '../node_modules/.test-builds');

/** Address of a folder with `index.js`, `redis.js`, `worker-process.js` and `queue-process.js`. */
export async function buildPackage(): Promise<URL> {
  mkdirSync(root, { recursive: true });
  const folder = mkdtempSync(join(root, 'build-'));
  await build({
    entryPoints: {
      index: join(here, '../src/index.ts'),
      redis: join(here, '../src/redis/index.ts'),
      'worker-process': join(here, '../src/workers/worker-process.ts'),
      'queue-process': join(here, 'queue-process.ts'),
    },
    outdir: folder,
    bundle: true,
    splitting: true,
    format: 'esm',
    platform: 'node',
    target: 'node20',
    external: ['bullmq', 'ioredis'],
    logLevel: 'warning',
  });
  return pathToFileURL(`${folder}/`);
}

/** Deletes what {@link buildPackage} made. */
export function removeBuild(build: URL): void {
  rmSync(build, { recursive: true, force: true });
}
