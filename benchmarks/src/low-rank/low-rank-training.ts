// What each way to train low-rank networks gains on MNIST, against a dense network that trains as long. Writes docs/results/low-rank-training.md.
// With seeds as arguments it trains these networks; with files, it makes the page of what such runs wrote; with `choose`, it prints the validation
// errors by which learning rates and decay were chosen.
import { appendFileSync, mkdtempSync, readFileSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join, resolve } from 'node:path';
import { startBackend } from '@gcompress/example-program';
import type * as tf from '@tensorflow/tfjs';
import { deviation, markdownTable, mean } from '../statistics.ts';
import { EPOCHS, goOnDense, SHARED, startDense, trainLowRank, type Variant } from './networks.ts';
import { errorOf, readData } from './training.ts';

/** Seeds that chose nothing, and the seed that chose. */
const SEEDS = [3, 4, 5];
const CHOOSING = 1;
const RATIOS = [12.3, 8.4];
/** The learning rate of low rank: that of the smallest error on the validation images among {@link RATES}, see `choose`. */
const RATE = 4e-3;
const RATES = [1e-3, 2e-3, 4e-3];
/** Learning rates of the dense network; the table has the one with the smaller mean error on the validation images. */
const DENSE_RATES = [1e-3, 2e-3];

const whitened: Variant = { whitened: true, ranks: 'equal ratio' };
const decay = (of: 'product' | 'factors', rate: number): Variant => ({ ...whitened, decay: { of, rate } });
/** The rows of the table. Those after the second one change one thing in it. */
const VARIANTS: readonly { readonly title: string; readonly variant: Variant }[] = [
  { title: 'split of the entries', variant: { whitened: false, ranks: 'equal ratio' } },
  { title: 'whitened split', variant: whitened },
  { title: 'whitened split, ranks from the outputs', variant: { whitened: true, ranks: 'outputs' } },
  { title: 'whitened split, Frobenius decay 1e-4', variant: decay('product', 1e-4) },
  { title: 'split of the entries, 3 % sparse values', variant: { ...whitened, whitened: false, density: 0.03 } },
  { title: 'whitened split, Frobenius decay 1e-3', variant: decay('product', 1e-3) },
  { title: 'whitened split, decay of each factor 1e-4', variant: decay('factors', 1e-4) },
];

/** Most points lost to the dense network, by ratio. */
const GOALS: Readonly<Record<number, number>> = { 8.4: 0, 12.3: 0.25 };

/** One trained network. */
interface Row {
  readonly seed: number;
  readonly backend: string;
  /** `dense`, or the title of a variant. */
  readonly title: string;
  readonly rate: number;
  readonly ratio: number;
  readonly ranks: readonly number[];
  readonly parameters: number;
  /** Percent of the images that are wrong: of the test images, and of the validation images. */
  readonly error: number;
  readonly validationError: number;
}

const given = process.argv.slice(2);
if (given[0] === 'choose') await choose();
else {
  const files = given.filter((argument) => !/^\d+$/.test(argument));
  const seeds = given.length === 0 ? SEEDS : given.filter((argument) => /^\d+$/.test(argument)).map(Number);
  if (files.length === 0) files.push(await runs(seeds));
  const rows = files
    .flatMap((file) => readFileSync(file, 'utf8').trim().split('\n'))
    .map((line): Row => JSON.parse(line));
  writeFileSync(resolve(import.meta.dirname, '../../../docs/results/low-rank-training.md'), page(rows));
}

/** Trains all networks of the seeds; each is a line of the file that is returned. */
async function runs(seeds: readonly number[]): Promise<string> {
  const file = join(mkdtempSync(join(tmpdir(), 'gcompress-low-rank-')), 'rows.jsonl');
  console.error(`rows go to ${file}`);
  const backend = (await startBackend()).name;
  const data = readData();
  for (const seed of seeds) {
    const dense = await startDense(data, seed);
    const add = (model: tf.LayersModel, what: Pick<Row, 'title' | 'rate' | 'ratio' | 'ranks'>) => {
      const errors = { error: errorOf(model, data.test), validationError: errorOf(model, data.validation) };
      const row: Row = { seed, backend, ...what, parameters: model.countParams(), ...errors };
      appendFileSync(file, `${JSON.stringify(row)}\n`);
      console.error(JSON.stringify(row));
    };
    const shared = dense.getWeights().map((weight) => weight.clone());
    for (const rate of DENSE_RATES) {
      await goOnDense(dense, data, seed, rate);
      add(dense, { title: 'dense', rate, ratio: 1, ranks: [] });
      dense.setWeights(shared);
    }
    for (const { title, variant } of VARIANTS) {
      for (const ratio of RATIOS) {
        const { model, ranks } = await trainLowRank(dense, data, { seed, rate: RATE, ratio, variant });
        add(model, { title, rate: RATE, ratio, ranks });
        model.dispose();
      }
    }
    for (const weight of shared) weight.dispose();
    dense.dispose();
  }
  return file;
}

/** Prints validation errors of low rank for each learning rate. */
async function choose(): Promise<void> {
  await startBackend();
  const data = readData();
  const dense = await startDense(data, CHOOSING);
  for (const rate of RATES) {
    for (const ratio of RATIOS) {
      const { model } = await trainLowRank(dense, data, { seed: CHOOSING, rate, ratio, variant: whitened });
      console.log(`learning rate ${rate}, ratio ${ratio}: ${errorOf(model, data.validation).toFixed(2)} %`);
      model.dispose();
    }
  }
}

function page(all: readonly Row[]): string {
  // Rows that were trained with every seed
  const seeds = [...new Set(all.map(({ seed }) => seed))].sort((a, b) => a - b);
  const complete = (row: Row) => all.filter((other) => sameNetwork(row, other)).length === seeds.length;
  const rows = all.filter(complete);
  const dense = denseRows(rows);
  const provisional =
    seeds.length < SEEDS.length
      ? ` Fewer seeds than the ${SEEDS.length} that the script trains: the outcomes are provisional, and differences of a tenth of a point may be chance.`
      : '';
  return `# Low rank, trained to its best: MNIST, 784-300-100-10

Mean${seeds.length > 1 ? ' ± standard deviation' : ''} over ${seeds.length > 1 ? 'seeds' : 'seed'} ${seeds.join(', ')}.${provisional}

55,000 training images; the other 5,000 choose. All networks of a seed share ${SHARED} dense epochs at a learning rate of 1e-3. Then, for ${EPOCHS} epochs, some go on
dense, and the others train with low rank in both large layers; the last layer, of 1,000 weights, stays dense. Learning rates fall to 0 along half a
cosine, from ${RATE} for low rank. The dense network is the one of the rates ${DENSE_RATES.join(' and ')} with the smaller error on the validation images: ${dense[0].rate}. Ratios are
to the float32 bytes of the two layers. Backend ${dense[0].backend}. Made by \`pnpm --filter @gcompress/benchmarks low-rank-training\`; its argument \`choose\` prints
validation errors of low rank for the rates ${RATES.join(', ')}, with seed ${CHOOSING}.

Dense: ${spread(dense.map(({ error }) => error))} % test error, ${dense[0].parameters.toLocaleString('en-US')} values.

${RATIOS.map((ratio) => section(ratio, rows, dense)).join('\n\n')}

- **Whitened split**: \`inputMoments\` of \`compressModel\`, gathered by \`calibrate\` from 4,096 training images at the switch.
- **Ranks from the outputs**: \`allocateRanks\` with the moments of the dense network, in the place of the same ratio for both layers.
- **Frobenius decay**: \`productSquaredNorm\` of both factors in the loss, times λ/2 (Khodak et al., 2021).
- **Sparse values**: \`lowRankSparse\`, at positions that are drawn from a seed (SLTrain, Han et al., 2024), with as many bytes as the ranks alone take.
`;
}

function sameNetwork(one: Row, other: Row): boolean {
  return one.title === other.title && one.ratio === other.ratio && one.rate === other.rate;
}

/** The dense networks of the rate with the smaller mean error on the validation images. */
function denseRows(rows: readonly Row[]): readonly Row[] {
  const byRate = DENSE_RATES.map((rate) => rows.filter((row) => row.title === 'dense' && row.rate === rate));
  const validationError = (own: readonly Row[]) => mean(own.map((row) => row.validationError));
  return byRate
    .filter((own) => own.length > 0)
    .reduce((one, two) => (validationError(two) < validationError(one) ? two : one));
}

function section(ratio: number, rows: readonly Row[], dense: readonly Row[]): string {
  const cells = VARIANTS.flatMap(({ title }) => {
    const own = rows.filter((row) => row.ratio === ratio && row.title === title);
    if (own.length === 0) return [];
    const [{ ranks }] = own;
    const errors = [own.map(({ error }) => error), lost(own, dense), gained(own, rows)];
    return [[title, ranksOf(ranks, own), ...errors.map(spread)]];
  });
  const header = ['low rank', 'ranks', 'test error, %', 'points lost to dense', 'points gained'];
  return `## ${ratio}×\n\n${markdownTable(header, cells)}\n\n${outcome(ratio, rows, dense)} Gained: over the split of the entries for the whitened split and for sparse values, over the whitened split for the others.`;
}

/** The row that the validation images choose, against the goal for its ratio. */
function outcome(ratio: number, rows: readonly Row[], dense: readonly Row[]): string {
  const error = (title: string) => mean(rowsOf(title).map((row) => row.validationError));
  const rowsOf = (title: string) => rows.filter((row) => row.ratio === ratio && row.title === title);
  const titles = VARIANTS.map(({ title }) => title).filter((title) => rowsOf(title).length > 0);
  const best = titles.reduce((one, two) => (error(two) < error(one) ? two : one));
  const points = mean(lost(rowsOf(best), dense));
  const goal = GOALS[ratio];
  const verdict = points <= goal ? 'met' : 'missed';
  return `The validation images choose "${best}", which loses ${points.toFixed(2)} points: the goal of at most ${goal} is ${verdict}.`;
}

/** Points that each seed lost against its dense network. */
function lost(own: readonly Row[], dense: readonly Row[]): number[] {
  return own.map(({ seed, error }) => error - (dense.find((row) => row.seed === seed)?.error ?? Number.NaN));
}

/** Points by which the error of each seed is smaller than in the row that this one changes. */
function gained(own: readonly Row[], rows: readonly Row[]): number[] {
  const at = VARIANTS.findIndex(({ title }) => title === own[0].title);
  // Sparse values take no moments, so they change the split of the entries
  const isSparse = own[0].title.includes('sparse');
  const base = at > 0 ? VARIANTS[isSparse ? 0 : Math.min(at - 1, 1)].title : undefined;
  return own.flatMap(({ seed, ratio, error }) => {
    const before = rows.find((row) => row.seed === seed && row.ratio === ratio && row.title === base);
    return before ? [before.error - error] : [];
  });
}

/** Ranks of both layers; those of each seed where they differ. */
function ranksOf(first: readonly number[], own: readonly Row[]): string {
  const same = own.every(({ ranks }) => ranks.join() === first.join());
  return same ? first.join(' and ') : own.map(({ ranks }) => ranks.join(' and ')).join('; ');
}

function spread(values: readonly number[]): string {
  if (values.length === 0) return '';
  return values.length === 1 ? values[0].toFixed(2) : `${mean(values).toFixed(2)} ± ${deviation(values).toFixed(2)}`;
}
