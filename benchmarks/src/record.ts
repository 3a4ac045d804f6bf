// MNIST trained to a given file size: results of examples/record. Writes docs/results/record.md. Without arguments it runs three seeds one
// after the other, some ten minutes each on two quiet cores; with files as arguments, it reads the JSON that runs of the example printed.
import { readFileSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join, resolve } from 'node:path';
import type { Options } from '@gcompress/example-record/options';
import type { Result } from '@gcompress/example-record/record';
import { markdownTable } from './statistics.ts';

/** The output of a run with `--json`. */
interface Run {
  readonly options: Options;
  readonly backend: string;
  readonly result: Result & { readonly testError: number };
}

const SEEDS = [3, 4, 5];

async function runs(): Promise<string[]> {
  const { runMain } = await import('@gcompress/example-program/run-main');
  const main = new URL(import.meta.resolve('@gcompress/example-record/main'));
  const printed: string[] = [];
  for (const seed of SEEDS) {
    const output = join(tmpdir(), `gcompress-record-${seed}.gcm`);
    const { code, stdout, stderr } = await runMain(main, ['--json', `--seed=${seed}`, '--output', output]);
    if (code !== 0) throw new Error(stderr);
    printed.push(stdout);
  }
  return printed;
}

const files = process.argv.slice(2);
const printed = files.length > 0 ? files.map((file) => readFileSync(file, 'utf8')) : await runs();
const all = printed.map((text): Run => JSON.parse(text.trim().split('\n').at(-1) ?? ''));
const percent = (value: number) => `${value.toFixed(2)} %`;
const rows = all.map(({ options, result }) => [
  String(options.seed),
  `${options.denseEpochs} + ${options.epochs}`,
  `${options.bytes.toLocaleString('en-US')} bytes`,
  `${result.bytes.toLocaleString('en-US')} bytes (${result.ratio.toFixed(1)}×)`,
  `${result.matrixBytes.toLocaleString('en-US')} bytes`,
  percent(result.testError),
  percent(result.denseTestError),
]);
const table = markdownTable(
  [
    'seed',
    'epochs, dense + compressing',
    'asked for',
    'whole file',
    'matrices in it',
    'test error',
    'dense test error',
  ],
  rows,
);
const [{ backend, options }] = all;
writeFileSync(
  resolve(import.meta.dirname, '../../docs/results/record.md'),
  `# MNIST, 784-300-100-10, trained to a given file size

\`examples/record\`: a dense network, then compression to \`targetBytes\` with this network as its teacher; ${options.images.toLocaleString('en-US')} training images,
the last 5,000 of MNIST's training set are a validation set. Bytes count the whole file: topology, biases, checksums. The ratio is to the float32
weights, 1,066,440 bytes. A fresh process read the file and measured the test error. The dense network trained only for the first epochs, not for
the epochs of both phases. Backend ${backend}. Made by \`pnpm --filter @gcompress/benchmarks record\`, which also takes the JSON of runs with other options; the
table lists their seeds and epochs. A run with few epochs and one seed is only a sample.

${table}
`,
);
