// What a page downloads that only decodes: fetch, deserialize and one format, bundled by each of three bundlers, minified and gzipped.
// README names the limit. And what pages download that load a packed model.
import { mkdirSync, rmSync, writeFileSync } from 'node:fs';
import { join, resolve } from 'node:path';
import { gzipSync } from 'node:zlib';
import { BUNDLERS } from './pages/bundlers.ts';

const LIMIT = 10_000;
/** Of the loader of packed models. */
const LOADER_LIMIT = 6_900;
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
    await measure(name, page(name, join(root, `packages/${method}/src/format.ts`)), LIMIT);
  }
  const loader = await measure('packedModel', loaderPage(), LOADER_LIMIT);
  for (const part of ['layers', 'batchNormalization', 'encode']) {
    if (loader.some((text) => text.includes(part)))
      throw new Error(`a page that loads packed models has '${part}' in it`);
  }
} finally {
  rmSync(folder, { recursive: true, force: true });
}
if (tooLarge.length > 0) throw new Error(`too large, minified and gzipped:\n${tooLarge.join('\n')}`);

/** Prints the size of a page by each bundler, and gives the bundles. */
async function measure(name: string, source: string, limit: number): Promise<string[]> {
  const entry = join(folder, `${name}.js`);
  writeFileSync(entry, source);
  const sizes: string[] = [];
  const bundles: string[] = [];
  for (const [bundler, build] of Object.entries(BUNDLERS)) {
    const bundle = await build(entry, folder);
    const bytes = gzipSync(bundle, { level: 9 }).length;
    bundles.push(bundle);
    sizes.push(`${bundler} ${bytes}`);
    if (bytes > limit) tooLarge.push(`${name} with ${bundler}: ${bytes} bytes`);
  }
  console.log(`${name.padEnd(20)} ${sizes.join(', ')}`);
  return bundles;
}

/** What a page adds to stock TensorFlow.js to load a packed model; it imports nothing of TensorFlow.js itself. */
function loaderPage(): string {
  return `
import { packedModel } from ${JSON.stringify(join(root, 'packages/packed/src/load/index.ts'))};

globalThis.source = packedModel('small.gcm');
`;
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
