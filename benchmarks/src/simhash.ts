/**
 * The error of sign bits on trained weights, by budget and option: `npx tsx src/simhash.ts` in `benchmarks`.
 * The tables of packages/simhash/README.md are copied from here.
 */
import { isGCompressError, type Matrix, type MatrixCompressor, matrix, relativeError } from '@gcompress/core';
import { type TrainedName, trainedMatrix } from '@gcompress/fixtures';
import { kMeans } from '@gcompress/kmeans';
import { lowRank } from '@gcompress/lowrank';
import { type SimhashSettings, simhash } from '@gcompress/simhash';

const BITS_PER_WEIGHT = [0.25, 0.5, 1, 1.5, 2, 3, 4];
const MATRICES: readonly TrainedName[] = ['fc1', 'fc2', 'conv2', 'dense1'];

async function printOptions(name: TrainedName): Promise<void> {
  const weights = load(name);
  const variants: Record<string, SimhashSettings> = {
    'gaussian, norm (reference)': { planes: 'gaussian', scales: 'norm', refine: 0 },
    'gaussian, least squares': { planes: 'gaussian', refine: 0 },
    'gaussian, 10 sweeps': { planes: 'gaussian' },
    'orthogonal, norm': { scales: 'norm', refine: 0 },
    'orthogonal, least squares': { refine: 0 },
    'orthogonal, 3 sweeps': { refine: 3 },
    'orthogonal, 10 sweeps (default)': {},
    'orthogonal, 40 sweeps': { refine: 40 },
  };
  const rows = await Promise.all(
    Object.entries(variants).map(async ([title, options]) => [
      title,
      ...(await Promise.all(
        BITS_PER_WEIGHT.map((budget) => error(weights, simhash({ bits: bitsFor(weights, budget), ...options }))),
      )),
    ]),
  );
  printTable(`Options, on ${name} [${weights.shape.join(', ')}]`, ['bits a weight', ...BITS_PER_WEIGHT], rows);
}

async function printMatrices(): Promise<void> {
  const rows: string[][] = [];
  for (const name of MATRICES) {
    const weights = load(name);
    const signs = [`${name} [${weights.shape.join(', ')}]`, 'simhash'];
    const codebook = ['', 'k-means of as many bits'];
    const factors = ['', 'low rank of as many bytes'];
    for (const budget of BITS_PER_WEIGHT) {
      const compressor = simhash({ bits: bitsFor(weights, budget) });
      const { compressionRatio: ratio } = compressor.compress(weights);
      signs.push(await error(weights, compressor));
      codebook.push(Number.isInteger(budget) ? await error(weights, kMeans({ levels: 2 ** budget })) : '');
      factors.push(await error(weights, lowRank({ ratio })));
    }
    rows.push(signs, codebook, factors);
  }
  printTable('Defaults, on all matrices', ['bits a weight', '', ...BITS_PER_WEIGHT], rows);
}

async function printFitted(name: TrainedName): Promise<void> {
  const weights = transposed(load(name));
  const rows = await Promise.all(
    [96, 64, 48, 32, 16].map(async (ratio) => [
      `${ratio}`,
      await error(weights, simhash({ ratio })),
      await error(weights, simhash({ ratio, planes: 'fitted' })),
      await error(weights, lowRank({ ratio })),
    ]),
  );
  printTable(
    `Fitted planes, on ${name} transposed [${weights.shape.join(', ')}]`,
    ['times smaller', 'orthogonal planes', 'fitted planes', 'low rank'],
    rows,
  );
}

/** The relative error; a dash where the matrix cannot be made as small as that. */
async function error(weights: Matrix, compressor: MatrixCompressor): Promise<string> {
  try {
    const compressed = await compressor.compress(weights);
    return relativeError(weights, compressed.decompress()).toFixed(3);
  } catch (refusal) {
    if (isGCompressError(refusal, 'invalid-option') || isGCompressError(refusal, 'not-smaller')) return '–';
    throw refusal;
  }
}

function bitsFor({ shape }: Matrix, bitsPerWeight: number): number {
  return Math.round(bitsPerWeight * shape[0]);
}

function load(name: TrainedName): Matrix {
  const { shape, data } = trainedMatrix(name);
  return matrix(shape, data);
}

function transposed({ shape: [rows, cols], data }: Matrix): Matrix {
  return matrix(
    [cols, rows],
    Float32Array.from(data, (_, at) => data[(at % rows) * cols + Math.floor(at / rows)]),
  );
}

function printTable(title: string, header: readonly (string | number)[], rows: readonly (readonly string[])[]): void {
  const line = (cells: readonly (string | number)[]) => `| ${cells.join(' | ')} |`;
  const rule = header.map((cell) => (typeof cell === 'number' ? '--:' : '---'));
  console.log([`\n${title}\n`, line(header), line(rule), ...rows.map(line)].join('\n'));
}

await printOptions('fc2');
await printMatrices();
await printFitted('dense1');
