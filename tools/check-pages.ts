// What a page downloads that only decodes: fetch, `decodeMatrices` and one decoder, bundled by each of three bundlers, minified and gzipped.
// README names the limit. And what a page downloads that loads a packed model, and what the entropy decoder for integers is of it.
import { mkdirSync, rmSync, writeFileSync } from 'node:fs';
import { join, resolve } from 'node:path';
import { gzipSync } from 'node:zlib';
import { BUNDLERS } from './pages/bundlers.ts';

const LIMIT = 6_000;
/** Of a page that deserializes compressed matrices. */
const COMPRESSED_LIMIT = 10_100;
/** Of the entropy decoder for integers, beside the errors that it throws, which every page has. */
const ENTROPY_DECODER_LIMIT = 1_000;
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
  const loader = await bundled('packedModel', loaderPage());
  report('packedModel', LIMIT, gzipped(loader));
  for (const part of ['layers', 'batchNormalization', 'encode']) {
    if (Object.values(loader).some((text) => text.includes(part))) {
      throw new Error(`a page that loads packed models has '${part}' in it`);
    }
  }
  await measureEntropyDecoder();
} finally {
  rmSync(folder, { recursive: true, force: true });
}
if (tooLarge.length > 0) throw new Error(`minified and gzipped:\n${tooLarge.join('\n')}`);

/** Measures a page by each bundler. */
async function measure(name: string, source: string, limit: number = LIMIT): Promise<void> {
  report(name, limit, gzipped(await bundled(name, source)));
}

/** Measures what the entropy decoder for integers adds to a page that has only the errors of gcompress. */
async function measureEntropyDecoder(): Promise<void> {
  const errors = gzipped(await bundled('fileError', entropyDecoderPage(false)));
  const both = gzipped(await bundled('entropyDecoder', entropyDecoderPage(true)));
  const added = Object.entries(both).map(([bundler, bytes]) => [bundler, bytes - errors[bundler]]);
  report('entropyDecoder adds', ENTROPY_DECODER_LIMIT, Object.fromEntries(added));
}

/** A page by each bundler. */
async function bundled(name: string, source: string): Promise<Record<string, string>> {
  const entry = join(folder, `${name}.js`);
  writeFileSync(entry, source);
  const bundles: Record<string, string> = {};
  for (const [bundler, build] of Object.entries(BUNDLERS)) bundles[bundler] = await build(entry, folder);
  return bundles;
}

/** The bytes of a page by each bundler. */
function gzipped(bundles: Readonly<Record<string, string>>): Record<string, number> {
  return Object.fromEntries(
    Object.entries(bundles).map(([bundler, text]) => [bundler, gzipSync(text, { level: 9 }).length]),
  );
}

/** Prints sizes, and notes those above the limit. */
function report(name: string, limit: number, sizes: Readonly<Record<string, number>>): void {
  for (const [bundler, bytes] of Object.entries(sizes)) {
    if (bytes > limit) tooLarge.push(`${name} with ${bundler}: ${bytes} bytes, more than ${limit}`);
  }
  const text = Object.entries(sizes).map((size) => size.join(' '));
  console.log(`${name.padEnd(20)} ${text.join(', ')}`);
}

/** What a page adds to stock TensorFlow.js to load a packed model; it imports nothing of TensorFlow.js itself. */
function loaderPage(): string {
  return `
import { packedModel } from ${JSON.stringify(join(root, 'packages/packed/src/load/index.ts'))};

globalThis.source = packedModel('small.gcm');
`;
}

/** A page with the errors of gcompress, and with the entropy decoder for integers if it is wanted. */
function entropyDecoderPage(hasDecoder: boolean): string {
  const decoder = `
import { readCodedIntegers } from ${JSON.stringify(join(root, 'packages/coder/src/coded-integers.ts'))};
globalThis.readCodedIntegers = readCodedIntegers;
`;
  return `
import { fileError } from ${JSON.stringify(join(root, 'packages/core/src/storage.ts'))};
globalThis.fileError = fileError;
${hasDecoder ? decoder : ''}`;
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
