// Requires and imports each package with several versions of Node.
import { spawnSync } from 'node:child_process';
import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import type { Consumer } from './consumer.ts';

/** Versions of Node beside the one that runs this: the last 20 without require() of ES modules, and later majors. */
const VERSIONS = { '20.18': '20.18.3', '22': '22.23.3', '24': '24.21.0' } as const;
const PLATFORM = `${process.platform === 'win32' ? 'win' : process.platform}-${process.arch}`;

/** What npm has to install for {@link checkRequire}: programs alone, without a script that downloads them. */
export const NODES = Object.entries(VERSIONS).map(([name, version]) => `node-${name}@npm:node-${PLATFORM}@${version}`);

/**
 * Calls `require()` on every entry with each version of Node, and returns a line for each. A version that can load ES modules must do
 * so without a warning; an older one must say to use `import()`.
 */
export function checkRequire({ folder, entries }: Consumer): string[] {
  writeFileSync(
    join(folder, 'require.cjs'),
    `const loads = Boolean(process.features.require_module);
for (const entry of ${JSON.stringify(entries)}) {
  let error;
  try {
    if (Object.keys(require(entry)).length === 0) throw new Error(entry + ' exports nothing');
  } catch (thrown) {
    error = thrown;
  }
  const refused = error?.code === 'ERR_REQUIRE_ESM' && error.message.includes('to a dynamic import()');
  if (loads ? error : !refused) throw new Error(process.version + ': ' + entry, { cause: error });
}
console.log('Node ' + process.version + ': require() ' + (loads ? 'loads' : 'refuses and names import() for') + ' all entries');
`,
  );
  const installed = Object.keys(VERSIONS).map((name) => join(folder, 'node_modules', `node-${name}`, 'bin', 'node'));
  return [process.execPath, ...installed].map((node) => {
    const { status, stdout, stderr } = spawnSync(node, ['require.cjs'], { cwd: folder, encoding: 'utf8' });
    if (status !== 0) throw new Error(stderr);
    if (stderr !== '') throw new Error(`require() is not silent: ${stderr}`);
    return stdout.trim();
  });
}
