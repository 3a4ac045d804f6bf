// What a page downloads that only decodes: fetch, `decodeMatrices` and one decoder, bundled by each of three bundlers, minified and gzipped.
// README names the limit.
import { mkdirSync, rmSync, writeFileSync } from 'node:fs';
import { join, resolve } from 'node:path';
import { gzipSync } from 'node:zlib';
import { BUNDLERS } from './pages/bundlers.ts';

const LIMIT = 6_000;
/** What misses the goal, and why. */
const MISSED: Readonly<Record<string, number>> = {
  // Draws its projection again from a seed: a generator, rotations and their checks
  simhashDecoder: 6_550,
  // Carries the entropy decoder
  uniformDecoder: 6_250,
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
    const entry = join(folder, `${name}.js`);
    writeFileSync(entry, page(name, join(root, `packages/${method}/src/format.ts`)));
    const sizes: string[] = [];
    for (const [bundler, build] of Object.entries(BUNDLERS)) {
      const bytes = gzipSync(await build(entry, folder), { level: 9 }).length;
      sizes.push(`${bundler} ${bytes}`);
      const limit = MISSED[name] ?? LIMIT;
      if (bytes > limit) tooLarge.push(`${name} with ${bundler}: ${bytes} bytes, more than ${limit}`);
    }
    console.log(`${name.padEnd(20)} ${sizes.join(', ')}${name in MISSED ? ` (goal of ${LIMIT} missed)` : ''}`);
  }
} finally {
  rmSync(folder, { recursive: true, force: true });
}
if (tooLarge.length > 0) {
  throw new Error(`minified and gzipped:\n${tooLarge.join('\n')}`);
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
