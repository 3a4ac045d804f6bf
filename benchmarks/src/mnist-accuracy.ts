import { execFile } from 'node:child_process';
import { mkdtempSync, writeFileSync } from 'node:fs';
import { createRequire } from 'node:module';
import { cpus, tmpdir } from 'node:os';
import { join, resolve } from 'node:path';
import { pathToFileURL } from 'node:url';
import { promisify } from 'node:util';
import { deviation, markdownTable, mean } from './statistics.ts';

// What each method costs in accuracy on MNIST, and what it gains in bytes: examples/mnist with three seeds and all 60,000 images.
// Writes docs/results/mnist.md. Takes about half an hour on two cores; --images and --epochs make it shorter.

interface Row {
  readonly accuracy: number;
  readonly diskBytes: number;
  readonly gzippedBytes: number;
  readonly memoryBytes: number;
  readonly batch1Ms: number;
  readonly batch32Ms: number;
}

const RUNS = [
  ['low rank', '--method', 'lowrank', '--ratio', '6.2'],
  ['low rank', '--method', 'lowrank', '--ratio', '8.3'],
  ['k-means, 4 bits', '--method', 'kmeans', '--ratio', '7.9'],
  ['k-means, 2 bits', '--method', 'kmeans', '--ratio', '15.9'],
  ['dictionary, 25 %', '--method', 'dictlearn', '--ratio', '4'],
  ['simhash, 25 %', '--method', 'simhash', '--ratio', '4'],
] as const;
const SEEDS = [1, 2, 3];

const root = resolve(import.meta.dirname, '../..');
const loader = pathToFileURL(createRequire(import.meta.url).resolve('tsx')).href;
const output = mkdtempSync(join(tmpdir(), 'gcompress-bench-'));
const extra = process.argv.slice(2);

async function run(index: number, seed: number): Promise<Row[]> {
  const [, ...args] = RUNS[index];
  const folder = join(output, `${index}-${seed}`);
  const main = join(root, 'examples/mnist/src/main.ts');
  const all = [...args, '--epochs', '16', ...extra, '--seed', String(seed), '--output', folder, '--json'];
  const { stdout } = await promisify(execFile)(process.execPath, ['--import', loader, main, ...all]);
  console.error(`${RUNS[index][0]} (${args.join(' ')}), seed ${seed}: done`);
  return JSON.parse(stdout.slice(stdout.indexOf('{'))).results;
}

/** Runs the jobs on as many processes as there are cores. */
async function runAll(): Promise<Row[][][]> {
  const results: Row[][][] = RUNS.map(() => []);
  const jobs = SEEDS.flatMap((seed, s) => RUNS.map((_, index) => ({ index, seed, s })));
  const worker = async () => {
    for (let job = jobs.shift(); job; job = jobs.shift()) results[job.index][job.s] = await run(job.index, job.seed);
  };
  await Promise.all(cpus().map(worker));
  return results;
}

const results = await runAll();
const denseRows = results[0].map(([dense]) => dense);
const uint8Rows = results[0].map(([, uint8]) => uint8);

function cells(title: string, rows: readonly Row[]): string[] {
  const bytes = (key: 'diskBytes' | 'gzippedBytes' | 'memoryBytes') => mean(rows.map((row) => row[key]));
  const times = (key: 'diskBytes' | 'gzippedBytes') =>
    `${(mean(denseRows.map((row) => row.diskBytes)) / bytes(key)).toFixed(1)}×`;
  const accuracies = rows.map((row) => row.accuracy * 100);
  const losses = rows.map((row, s) => (denseRows[s].accuracy - row.accuracy) * 100);
  return [
    title,
    `${mean(accuracies).toFixed(2)} ± ${deviation(accuracies).toFixed(2)} %`,
    `${mean(losses).toFixed(2)} ± ${deviation(losses).toFixed(2)}`,
    `${(bytes('diskBytes') / 1000).toFixed(1)} kB (${times('diskBytes')})`,
    `${(bytes('gzippedBytes') / 1000).toFixed(1)} kB (${times('gzippedBytes')})`,
    `${(bytes('memoryBytes') / 1000).toFixed(1)} kB`,
  ];
}

const table = markdownTable(
  ['model', 'accuracy', 'points lost', 'disk', 'gzipped', 'memory'],
  [
    cells('dense float32', denseRows),
    cells('dense as uint8', uint8Rows),
    ...RUNS.map(([title, , , , ratio], index) =>
      cells(
        `${title} (ratio ${ratio})`,
        results[index].map((rows) => rows[2]),
      ),
    ),
  ],
);
const text = `# MNIST, 784-300-100-10

Mean ± standard deviation over seeds ${SEEDS.join(', ')}; both dense and compressed networks see the same epochs, the compressed ones the
second half of them compressed. Bytes are those of all files of the saved model, against raw float32; the layer of 10 units stays dense.
Made by \`pnpm --filter @gcompress/benchmarks mnist\` (node benchmarks/src/mnist-accuracy.ts${extra.length > 0 ? ` ${extra.join(' ')}` : ''}).

${table}
`;
console.log(text);
if (extra.length === 0) writeFileSync(join(root, 'docs/results/mnist.md'), text);
