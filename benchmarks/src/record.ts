// MNIST trained to given file sizes: results of examples/record. Writes docs/results/record.md and the picture of the 784-300-100-10 network. With names of networks as arguments it runs
// three seeds of each, one after the other; with files as arguments, it reads the JSON that runs of the example printed; the sizes of a seed may come
// from several runs.
import { mkdtempSync, readFileSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join, resolve } from 'node:path';
import { NETWORK_NAMES, NETWORKS, type NetworkName } from '@gcompress/example-record/networks';
import type { Options } from '@gcompress/example-record/options';
import type { Result, SizeResult } from '@gcompress/example-record/record';
import { saveErrorAgainstBytes } from './pictures/error-against-bytes.ts';
import { markdownTable } from './statistics.ts';

/** The output of a run with `--json`. */
interface Run {
  readonly options: Options;
  readonly backend: string;
  readonly result: Omit<Result, 'sizes'> & { readonly sizes: readonly (SizeResult & { readonly testError: number })[] };
}

/** What a size is meant to reach: the largest mean error in percent, given the mean error of the dense network that trained as long. */
interface Goal {
  readonly words: string;
  most(dense: number): number;
}

/** Goals by network and bytes. */
const GOALS: Readonly<Record<NetworkName, Readonly<Record<number, Goal>>>> = {
  'lenet-300-100': {
    13300: { words: 'no loss', most: (dense) => dense },
    10600: { words: '+0.1 points', most: (dense) => dense + 0.1 },
    5900: { words: '+0.5 points', most: (dense) => dense + 0.5 },
  },
  'lenet-5': {
    17200: { words: 'no loss', most: (dense) => dense },
    8600: { words: '0.90 %', most: () => 0.9 },
    5700: { words: '1.05 %', most: () => 1.05 },
  },
};

/** Published results as the papers give them, not run here: the ratio to float32 weights, and the test error in percent. */
const PUBLISHED: Readonly<Record<NetworkName, readonly (readonly string[])[]>> = {
  'lenet-300-100': [
    ['Deep Compression (Han et al., 2016)', '40×', '1.58 %', 'weights, positions and codebooks'],
    ['Variational dropout (Molchanov et al., 2017)', 'about 113×', '1.9 %', 'weights and positions'],
    [
      'Entropy-penalized reparameterization (Oktay et al., 2020)',
      '124×',
      '1.9 %',
      'coded parameters, without topology',
    ],
  ],
  'lenet-5': [
    ['Deep Compression (Han et al., 2016)', '39×', '0.74 %', 'weights, positions and codebooks'],
    ['DeepCABAC after sparse training (Wiedemann et al., 2019)', '115×', 'no loss', 'coded weights'],
    [
      'Bayesian compression (Louizos et al., 2017)',
      '361× to 419×',
      '1.0 %',
      'weights of the units that stay, at fewer bits',
    ],
    [
      'Entropy-penalized reparameterization (Oktay et al., 2020)',
      '606×',
      '1.0 %',
      'coded parameters, without topology',
    ],
  ],
};

/** Seeds that tuned nothing. */
const SEEDS = [3, 4, 5];

const given = process.argv.slice(2);
const networks = NETWORK_NAMES.filter((name) => given.length === 0 || given.includes(name));
const files = given.filter((argument) => !(NETWORK_NAMES as readonly string[]).includes(argument));
const printed = files.length > 0 ? files.map((file) => readFileSync(file, 'utf8')) : await runs(networks);
const all = merged(printed.map((text): Run => JSON.parse(text.trim().split('\n').at(-1) ?? '')));
writeFileSync(resolve(import.meta.dirname, '../../docs/results/record.md'), page());
savePicture();

/** Runs the example for each network and seed, and keeps what it prints in a folder that is named on the way. */
async function runs(names: readonly NetworkName[]): Promise<string[]> {
  const { runMain } = await import('@gcompress/example-program/run-main');
  const main = new URL(import.meta.resolve('@gcompress/example-record/main'));
  const folder = mkdtempSync(join(tmpdir(), 'gcompress-record-'));
  const texts: string[] = [];
  for (const name of names) {
    for (const seed of SEEDS) {
      const flags = [
        `--network=${name}`,
        `--bytes=${NETWORKS[name].bytes.join(',')}`,
        '--long-dense',
        `--seed=${seed}`,
      ];
      const { code, stdout, stderr } = await runMain(
        main,
        [...flags, '--json', '--output', join(folder, `${name}-${seed}.gcm`)],
        undefined,
        0,
      );
      if (code !== 0) throw new Error(stderr);
      writeFileSync(join(folder, `${name}-${seed}.json`), stdout);
      console.error(`${name}, seed ${seed}: ${join(folder, `${name}-${seed}.json`)}`);
      texts.push(stdout);
    }
  }
  return texts;
}

/** Puts together the runs of a network and seed that trained to different sizes, the largest first. They began with the same dense network. */
function merged(runs: readonly Run[]): Run[] {
  const seeds = new Map<string, Run>();
  for (const run of runs) {
    const { network, seed, epochs, denseEpochs } = run.options;
    const key = `${network}, seed ${seed}`;
    const other = seeds.get(key) ?? run;
    const same = other.options.epochs === epochs && other.options.denseEpochs === denseEpochs;
    if (!same || other.result.denseTestError !== run.result.denseTestError)
      throw new Error(`${key}: the runs began with different networks, or had other epochs. Give runs of one recipe.`);
    const sizes = other === run ? run.result.sizes : [...other.result.sizes, ...run.result.sizes];
    const ordered = [...sizes].sort((one, two) => two.asked - one.asked);
    const options = { ...other.options, bytes: ordered.map(({ asked }) => asked) };
    seeds.set(key, { ...other, options, result: { ...run.result, ...other.result, sizes: ordered } });
  }
  return [...seeds.values()];
}

/** Mean errors of the 784-300-100-10 network over seeds against mean bytes. */
function savePicture(): void {
  const own = all.filter(({ options }) => options.network === 'lenet-300-100');
  if (own.length === 0) return;
  const sizes = sizesOf(own).map(({ bytes, errors }) => ({ bytes, error: mean(errors) }));
  saveErrorAgainstBytes(sizes, denseError(own));
}

/** What the runs of a network reached for each size: means over seeds, and the test error of each seed in percent. */
function sizesOf(own: readonly Run[]) {
  return own[0].options.bytes.map((asked) => {
    const results = own.flatMap(({ result }) => result.sizes.filter((size) => size.asked === asked));
    return {
      asked,
      bytes: mean(results.map(({ bytes }) => bytes)),
      ratio: mean(results.map(({ ratio }) => ratio)),
      matrixBytes: mean(results.map(({ matrixBytes }) => matrixBytes)),
      matrixRatio: mean(results.map(({ ratio, bytes, matrixBytes }) => (ratio * bytes) / matrixBytes)),
      errors: results.map(({ testError }) => testError),
    };
  });
}

/** Mean test error in percent of the dense network, of the one that trained as long where there is one. */
function denseError(own: readonly Run[]): number {
  return mean(own.map(({ result }) => result.longDenseTestError ?? result.denseTestError));
}

function page(): string {
  const [{ backend, options }] = all;
  return `# MNIST, trained to given file sizes

\`examples/record\`: a dense network, then compression to \`targetBytes\` with this network as its teacher; ${options.images.toLocaleString('en-US')} training images,
the last 5,000 of MNIST's training set are a validation set. Bytes count the whole file: topology, biases, checksums. The column of its matrices counts what most
papers count. Ratios are to all float32 weights. A fresh process read each file and measured the test error. The row "dense" is the network that the compression began with; the row "dense,
as long" went on for the epochs of the compression, with the same teacher, learning rates and order of the images. Backend ${backend}. Made by
\`pnpm --filter @gcompress/benchmarks record\`, which also takes the JSON of runs with other options; the tables list their seeds and epochs.

${NETWORK_NAMES.flatMap(section).join('\n')}`;
}

/** The table of a network: rows for each size, columns for each seed. */
function section(name: NetworkName): string[] {
  const own = all.filter(({ options }) => options.network === name);
  if (own.length === 0) return [];
  const [{ options }] = own;
  const seeds = own.map(({ options: { seed } }) => String(seed));
  const row = (label: string, sizes: readonly [file: string, matrices: string], errors: readonly number[]) => {
    return [label, ...sizes, ...errors.map(percent), percent(mean(errors))];
  };
  const dense = row(
    'dense',
    ['', ''],
    own.map(({ result }) => result.denseTestError),
  );
  const long = own.every(({ result }) => result.longDenseTestError !== undefined)
    ? [
        row(
          'dense, as long',
          ['', ''],
          own.map(({ result }) => result.longDenseTestError as number),
        ),
      ]
    : [];
  const sizes = sizesOf(own).map(({ asked, bytes, ratio, matrixBytes, matrixRatio, errors }) => {
    const label = `${asked.toLocaleString('en-US')} bytes asked for`;
    const goal = GOALS[name][asked];
    const outcome = goal && (mean(errors) <= goal.most(denseError(own)) ? 'met' : 'missed');
    return [
      ...row(label, [sizeAndRatio(bytes, ratio), sizeAndRatio(matrixBytes, matrixRatio)], errors),
      goal ? `${goal.words}: ${outcome}` : '',
    ];
  });
  const missing = Object.entries(GOALS[name])
    .filter(([asked]) => !options.bytes.includes(Number(asked)))
    .map(([asked, { words }]) => [
      `${Number(asked).toLocaleString('en-US')} bytes asked for`,
      ...Array<string>(3 + seeds.length).fill(''),
      `${words}: not measured`,
    ]);
  const header = [
    '',
    'whole file, mean',
    'its matrices, mean',
    ...seeds.map((seed) => `error, seed ${seed}`),
    'mean error',
    'goal',
  ];
  const { denseEpochs, epochs, allocation, shift } = options;
  return [
    `## ${name}`,
    '',
    `${denseEpochs} epochs dense, then ${epochs} epochs compressing; bytes divided by \`'${allocation}'\`.${shift ? ` All training images, of the dense rows too, are shifted by up to ${shift} pixel${shift > 1 ? 's' : ''} in each epoch.` : ''}`,
    '',
    markdownTable(header, [...[dense, ...long].map((cells) => [...cells, '']), ...sizes, ...missing]),
    '',
    ...(own.length < SEEDS.length
      ? [
          `Goals are for the mean of ${SEEDS.length} seeds; this table has ${own.length}, so its outcomes are provisional.`,
          '',
        ]
      : []),
    otherBytes(own),
    '',
    'Published results; their bytes count less than a whole file:',
    '',
    markdownTable(['method', 'ratio', 'test error', 'what the bytes count'], PUBLISHED[name]),
    '',
    ...(name === 'lenet-300-100'
      ? [
          '![Test error against the bytes of the file: trained to a size, uint8, k-means and low rank](../pictures/record.svg)',
          '',
        ]
      : []),
  ];
}

/** What the smallest files hold beside their matrices. */
function otherBytes(own: readonly Run[]): string {
  const { bytes, matrixBytes } = sizesOf(own).reduce((one, two) => (two.bytes < one.bytes ? two : one));
  const others = bytes - matrixBytes;
  const part = `${Math.round(others).toLocaleString('en-US')} bytes, ${((100 * others) / bytes).toFixed(0)} %`;
  return `Topology, biases and checksums take ${part} of the smallest file; published ratios leave most of this out.`;
}

function mean(values: readonly number[]): number {
  return values.reduce((sum, value) => sum + value, 0) / values.length;
}

function sizeAndRatio(bytes: number, ratio: number): string {
  return `${Math.round(bytes).toLocaleString('en-US')} bytes (${ratio.toFixed(1)}×)`;
}

function percent(value: number): string {
  return `${value.toFixed(2)} %`;
}
