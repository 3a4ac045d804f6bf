// What users get: publint and attw look at each tarball, all are installed and looked at, imported with each TypeScript and
// required with each Node, and each method is installed alone with npm and used.
import { mkdtempSync, readFileSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join, resolve } from 'node:path';
import { createConsumer } from './packages/consumer.ts';
import { checkRequire, NODES } from './packages/require-check.ts';
import { shapeProblems } from './packages/shape.ts';
import { checkTypes, TYPESCRIPTS } from './packages/types-check.ts';
import { packAll, withDependencies } from './packed-packages.ts';
import { run } from './shell.ts';

const root = resolve(import.meta.dirname, '..');
const bin = (name: string) => join(root, 'node_modules/.bin', name);
const all = packAll();

for (const { name, tarball, folder } of all) {
  run(bin('publint'), [tarball, '--strict'], root);
  // A program has no entries for attw to look at
  if (hasEntries(folder)) run(bin('attw'), [tarball, '--profile', 'esm-only', '--quiet'], root);
  console.log(`${name}: publint and attw have nothing to say`);
}

const peers = ['@tensorflow/tfjs-core', '@tensorflow/tfjs-layers', '@tensorflow/tfjs-backend-wasm'].map(
  (name) => `${name}@4.22.0`,
);
const consumer = createConsumer(all, [...peers, ...TYPESCRIPTS, ...NODES]);
const problems = all.flatMap(({ name, folder }) =>
  shapeProblems(join(consumer.folder, 'node_modules', name), folder).map((problem) => `${name}: ${problem}`),
);
if (problems.length > 0) throw new Error(problems.join('\n'));
console.log(`${all.length} packages hold what they need, and nothing else`);
const limits: { readonly name: string }[] = JSON.parse(readFileSync(join(root, '.size-limit.json'), 'utf8'));
const unlimited = consumer.entries.filter((entry) => !limits.some(({ name }) => name === entry));
if (unlimited.length > 0) throw new Error(`no limit in .size-limit.json for ${unlimited.join(', ')}`);
for (const line of [...checkTypes(consumer), ...checkRequire(consumer)]) console.log(line);

/** A program for an empty folder: compress a matrix, decode it by the decoder alone, report the size. */
const METHODS = {
  '@gcompress/lowrank': ['lowRank', '{ rank: 4 }', 'lowRankFormat'],
  '@gcompress/kmeans': ['kMeans', '{ levels: 8 }', 'kMeansFormat'],
  '@gcompress/simhash': ['simhash', '{ bits: 32 }', 'simhashFormat'],
  '@gcompress/dictlearn': ['dictLearn', '{ atoms: 16, nonzeros: 2 }', 'dictLearnFormat'],
  '@gcompress/blocks': ['blockDiagonal', '{ blocks: 2 }', 'blockDiagonalFormat'],
  '@gcompress/pruning': ['pruned', '{ sparsity: 0.8 }', 'prunedFormat'],
} as const;

for (const [name, [method, options, format]] of Object.entries(METHODS)) {
  const folder = mkdtempSync(join(tmpdir(), 'gcompress-install-'));
  const packages = withDependencies(name, all);
  writeFileSync(join(folder, 'package.json'), '{ "type": "module", "private": true }');
  writeFileSync(
    join(folder, 'use.js'),
    `import { createFormatRegistry, deserialize, matrix, relativeError, serialize } from '@gcompress/core';
import { ${method} } from '${name}';
import { ${format} } from '${name}/format';
const weights = matrix([40, 30], Float32Array.from({ length: 1200 }, (_, i) => Math.sin(i * i)));
const compressed = ${method}(${options}).compress(weights);
const { w } = await deserialize(serialize({ w: compressed }), createFormatRegistry([${format}]));
const error = relativeError(weights, w.decompress());
if (!(error <= 1) || relativeError(compressed.decompress(), w.decompress()) !== 0) throw new Error('decoded ' + error);
console.log(w.byteLength + ' of 4800 bytes, relative error ' + error.toFixed(3));
`,
  );
  const tarballs = packages.map(({ tarball }) => tarball);
  run('npm', ['install', '--no-audit', '--no-fund', '--ignore-scripts', ...tarballs], folder);
  const installed = JSON.parse(run('npm', ['ls', '--all', '--json'], folder));
  const names = Object.keys(installed.dependencies ?? {});
  if (names.some((dependency) => !packages.some((expected) => expected.name === dependency))) {
    throw new Error(`${name} brings ${names.join(', ')}`);
  }
  console.log(`${name} alone (with ${names.length - 1} of ours): ${run(process.execPath, ['use.js'], folder).trim()}`);
}

function hasEntries(folder: string): boolean {
  return 'exports' in JSON.parse(readFileSync(join(folder, 'package.json'), 'utf8'));
}
