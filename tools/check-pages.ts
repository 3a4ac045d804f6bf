// What a page downloads that only decodes: fetch, `decodeMatrices` and one decoder, bundled by each of three bundlers, minified and gzipped.
// README names the limit. And what a page downloads that loads a packed model.
import { mkdirSync, rmSync, writeFileSync } from 'node:fs';
import { join, resolve } from 'node:path';
import { gzipSync } from 'node:zlib';
import { BUNDLERS } from './pages/bundlers.ts';

const LIMIT = 6_000;
/** Of a page that deserializes compressed matrices. */
const COMPRESSED_LIMIT = 10_100;
/** What misses the goal, and why. */
const MISSED: Readonly<Record<string, number>> = {
  // Carries the entropy decoder for integers and a check of every place of a header; esbuild alone is above the goal
  packedModel: 6_200,
};
const root = resolve(import.meta.dirname, '..');

const DECODERS: readonly (readonly [name: string, entry: string])[] = [
  ['lowRankDecoder', 'lowrank'],
  ['kMeansDecoder', 'kmeans'],
  ['simhashDecoder', 'simhash'],
  ['dictLearnDecoder', 'dictlearn'],
  ['prunedDecoder', 'pruning'],
  ['prunedKMeansDecoder', 'pruning'],
  ['blockDiagonalDecoder', 'blocks'],
  ['inputOutputDecoder', 'blocks'],
  ['mixedBlockDecoder', 'blocks'],
  ['uniformDecoder', 'uniform'],
];

// Inside the workspace, where the packages resolve; not in node_modules, where bundlers treat files in other ways
const folder = join(root, 'tools/pages/.built');
rmSync(folder, { recursive: true, force: true });
mkdirSync(folder, { recursive: true });
const tooLarge: string[] = [];
try {
  for (const [name, method] of DECODERS) {
    await measure(name, page(name, join(root, `packages/${method}/src/format.ts`)));
  }
  // With deserialize, a page has compressed matrices, which multiply and look up; that has no goal, but a limit
  for (const [name, method] of [
    ['lowRankFormat', 'lowrank'],
    ['simhashFormat', 'simhash'],
  ]) {
    await measure(name, deserializingPage(name, join(root, `packages/${method}/src/format.ts`)), COMPRESSED_LIMIT);
  }
  const loader = await measure('packedModel', loaderPage());
  for (const part of ['layers', 'batchNormalization', 'encode']) {
    if (loader.some((text) => text.includes(part))) {
      throw new Error(`a page that loads packed models has '${part}' in it`);
    }
  }
} finally {
  rmSync(folder, { recursive: true, force: true });
}
if (tooLarge.length > 0) throw new Error(`minified and gzipped:\n${tooLarge.join('\n')}`);

/** Prints the size of a page by each bundler, and gives the bundles. */
async function measure(name: string, source: string, most: number = LIMIT): Promise<string[]> {
  const entry = join(folder, `${name}.js`);
  writeFileSync(entry, source);
  const limit = MISSED[name] ?? most;
  const sizes: string[] = [];
  const bundles: string[] = [];
  for (const [bundler, build] of Object.entries(BUNDLERS)) {
    const bundle = await build(entry, folder);
    const bytes = gzipSync(bundle, { level: 9 }).length;
    bundles.push(bundle);
    sizes.push(`${bundler} ${bytes}`);
    if (bytes > limit) tooLarge.push(`${name} with ${bundler}: ${bytes} bytes, more than ${limit}`);
  }
  console.log(`${name.padEnd(20)} ${sizes.join(', ')}${name in MISSED ? ` (goal of ${LIMIT} missed)` : ''}`);
  return bundles;
}

/** What a page adds to stock TensorFlow.js to load a packed model; it imports nothing of TensorFlow.js itself. */
function loaderPage(): string {
  return `
import { packedModel } from ${JSON.stringify(join(root, 'packages/packed/src/load/index.ts'))};

globalThis.source = packedModel('small.gcm');
`;
}

/** A page that fetches a file and multiplies with a compressed matrix of it. */
function deserializingPage(format: string, source: string): string {
  return `
import { createFormatRegistry, deserialize } from ${JSON.stringify(join(root, 'packages/core/src/index.ts'))};
import { ${format} } from ${JSON.stringify(source)};

async function show() {
  const response = await fetch('weights.safetensors');
  const { weights } = await deserialize(await response.arrayBuffer(), createFormatRegistry([${format}]));
  document.title = String(weights.decompress().data[0]);
}
show();
`;
}

/** A page that fetches a file, decodes it and uses a matrix of it. */
function page(decoder: string, source: string): string {
  return `
import { decodeMatrices } from ${JSON.stringify(join(root, 'packages/core/src/decode.ts'))};
import { ${decoder} } from ${JSON.stringify(source)};

async function show() {
  const response = await fetch('weights.safetensors');
  const { weights } = decodeMatrices(await response.arrayBuffer(), [${decoder}]);
  document.title = String(weights.data[0]);
}
show();
`;
}
