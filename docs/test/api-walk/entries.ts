import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { fileURLToPath, pathToFileURL } from 'node:url';

const packages = fileURLToPath(new URL('../../../packages', import.meta.url));

/** A module that users import. */
export interface Entry {
  /** What they write, e.g. `@gcompress/lowrank/format`. */
  readonly name: string;
  readonly exports: Readonly<Record<string, unknown>>;
}

/** Every entry of every package, as its `exports` say. */
export function importEntries(): Promise<Entry[]> {
  const entries = readdirSync(packages).flatMap((folder) => {
    const manifest = JSON.parse(readFileSync(join(packages, folder, 'package.json'), 'utf8'));
    const paths = Object.entries<string>(manifest.exports ?? {}).filter(([, path]) => path.endsWith('.ts'));
    return paths.map(([entry, path]) => ({
      name: `${manifest.name}${entry.slice(1)}`,
      url: pathToFileURL(join(packages, folder, path)).href,
    }));
  });
  return Promise.all(entries.map(async ({ name, url }) => ({ name, exports: await import(/* @vite-ignore */ url) })));
}
