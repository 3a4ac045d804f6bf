// What a page downloads that only decodes: fetch, deserialize and one format, bundled by each of three bundlers, minified and gzipped.
// README names the limit.
import { mkdirSync, rmSync, writeFileSync } from 'node:fs';
import { join, resolve } from 'node:path';
import { gzipSync } from 'node:zlib';
import { BUNDLERS } from './pages/bundlers.ts';

const LIMIT = 10_000;
const root = resolve(import.meta.dirname, '..');

const FORMATS: readonly (readonly [name: string, entry: string])[] = [
  ['lowRankFormat', 'lowrank'],
  ['kMeansFormat', 'kmeans'],
  ['simhashFormat', 'simhash'],
  ['dictLearnFormat', 'dictlearn'],
  ['prunedFormat', 'pruning'],
  ['prunedKMeansFormat', 'pruning'],
  ['blockDiagonalFormat', 'blocks'],
  ['inputOutputFormat', 'blocks'],
  ['mixedBlockFormat', 'blocks'],
];

// Inside the workspace, where the packages resolve; not in node_modules, where bundlers treat files in other ways
const folder = join(root, 'tools/pages/.built');
rmSync(folder, { recursive: true, force: true });
mkdirSync(folder, { recursive: true });
const tooLarge: string[] = [];
try {
  for (const [name, method] of FORMATS) {
    const entry = join(folder, `${name}.js`);
    writeFileSync(entry, page(name, join(root, `packages/${method}/src/format.ts`)));
    const sizes: string[] = [];
    for (const [bundler, build] of Object.entries(BUNDLERS)) {
      const bytes = gzipSync(await build(entry, folder), { level: 9 }).length;
      sizes.push(`${bundler} ${bytes}`);
      if (bytes > LIMIT) tooLarge.push(`${name} with ${bundler}: ${bytes} bytes`);
    }
    console.log(`${name.padEnd(20)} ${sizes.join(', ')}`);
  }
} finally {
  rmSync(folder, { recursive: true, force: true });
}
if (tooLarge.length > 0) {
  throw new Error(`more than ${LIMIT} bytes, minified and gzipped:\n${tooLarge.join('\n')}`);
}

/** A page that fetches a file, decodes it and uses a matrix of it. */
function page(format: string, source: string): string {
  return `
import { createFormatRegistry, deserialize } from ${JSON.stringify(join(root, 'packages/core/src/index.ts'))};
import { ${format} } from ${JSON.stringify(source)};

const response = await fetch('weights.safetensors');
const { weights } = await deserialize(await response.arrayBuffer(), createFormatRegistry([${format}]));
document.title = String(weights.decompress().data[0]);
`;
}
