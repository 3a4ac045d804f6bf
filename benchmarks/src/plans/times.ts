// Expected times of products beside measured ones, at sizes that are not in the table: dense, low rank, and k-means by its kernel. Prints a table.
// `pnpm --filter @gcompress/benchmarks plan-times`, with `--backend=cpu` on another backend than wasm.
import { createRandom, type Shape2D } from '@gcompress/core';
import { codebookForm } from '@gcompress/fixtures/stored-matrices';
import { inferenceKernels } from '@gcompress/inference-kernels';
import { kMeansFormat } from '@gcompress/kmeans/format';
import { expectedTimes, measuredTime, measureTimes, type PrepareProduct, type ProductSize } from '@gcompress/planner';
import { PackedLayer } from '@gcompress/tfjs/layers';
import * as tf from '@tensorflow/tfjs';
import '@tensorflow/tfjs-backend-wasm';
import { markdownTable } from '../statistics.ts';
import { rankCorrelation } from './agreement.ts';

const backend = process.argv.includes('--backend=cpu') ? 'cpu' : 'wasm';
/** Products of each form that are compared. */
const PRODUCTS = 20;

await tf.setBackend(backend);
const KERNELS = inferenceKernels();

/** A product by one or several dense matrices in turn. */
function dense(rows: number, sides: readonly number[]): ReturnType<PrepareProduct> {
  const x = tf.ones([rows, sides[0]]);
  const weights = sides.slice(1).map((side, i) => tf.ones([sides[i], side]));
  return {
    run: () => tf.tidy(() => void weights.reduce<tf.Tensor>((y, w) => tf.matMul(y, w), x).dataSync()),
    dispose: () => tf.dispose([x, ...weights]),
  };
}

/** A product by the kernel of k-means with this many levels. */
function kMeansKernel(levels: number): PrepareProduct {
  return ({ rows, inputs, outputs }) => {
    const matrix = codebookForm(kMeansFormat, levels, 1)([inputs, outputs], 1);
    const { format, packed } = matrix;
    const layer = tf.layers.dense({ units: outputs, useBias: false, inputShape: [inputs] });
    const matrices = [{ name: 'kernel', format, packed }];
    const model = tf.sequential({
      layers: [new PackedLayer({ layer, matrices, prefer: 'memory', inferenceKernels: KERNELS })],
    });
    const x = tf.ones([rows, inputs]);
    const bytes = Object.values(packed.tensors).reduce((sum, { data }) => sum + data.byteLength, 0);
    return {
      bytes,
      run: () => tf.tidy(() => void (model.apply(x) as tf.Tensor).dataSync()),
      dispose: () => {
        x.dispose();
        model.dispose();
      },
    };
  };
}

/** Processor time in milliseconds, because other programs may run beside; both backends compute in one thread. */
const clock = () => {
  const { user, system } = process.cpuUsage();
  return (user + system) / 1000;
};

const { expect: expected } = expectedTimes(
  await measureTimes(
    { dense: ({ rows, inputs, outputs }) => dense(rows, [inputs, outputs]), kmeans: [4, 256].map(kMeansKernel) },
    { backend, clock },
  ),
);

/** An expected time, and the product that takes it. */
interface Compared {
  readonly prepare: () => ReturnType<PrepareProduct>;
  readonly times: readonly (readonly [form: string, size: ProductSize])[];
}

const FORMS: Readonly<Record<string, (rows: number, shape: Shape2D, rank: number) => Compared>> = {
  dense: (rows, [inputs, outputs]) => ({
    prepare: () => dense(rows, [inputs, outputs]),
    times: [['dense', { rows, inputs, outputs }]],
  }),
  'low rank': (rows, [inputs, outputs], rank) => ({
    prepare: () => dense(rows, [inputs, rank, outputs]),
    times: [
      ['dense', { rows, inputs, outputs: rank }],
      ['dense', { rows, inputs: rank, outputs }],
    ],
  }),
  'k-means, 16 levels': (rows, [inputs, outputs]) => ({
    prepare: () => kMeansKernel(16)({ rows, inputs, outputs, bytes: 0 }),
    times: [['kmeans', { rows, inputs, outputs, bytes: (inputs * outputs) / 2 }]],
  }),
};

const random = createRandom(1);
/** A whole number between two numbers, evenly drawn on a logarithmic scale. */
const drawn = (from: number, to: number) => Math.round(from * (to / from) ** random.uniform());
const rows: string[][] = [];
for (const [name, form] of Object.entries(FORMS)) {
  const results: { readonly expected: number; readonly deviation: number; readonly measured: number }[] = [];
  for (let i = 0; i < PRODUCTS; i++) {
    const compared = form(drawn(1, 256), [drawn(32, 1024), drawn(32, 1024)], drawn(4, 64));
    const product = await compared.prepare();
    const measured = await measuredTime(() => product.run(), { clock });
    product.dispose?.();
    const times = compared.times.map((asked) => expected(...asked) ?? { milliseconds: 0, deviation: 0 });
    const sum = (of: 'milliseconds' | 'deviation') => times.reduce((total, time) => total + time[of], 0);
    results.push({ expected: sum('milliseconds'), deviation: sum('deviation'), measured });
  }
  const errors = results.map((one) => Math.abs(one.expected / one.measured - 1)).sort((a, b) => a - b);
  const within = results.filter((one) => Math.abs(one.expected - one.measured) <= 2 * one.deviation);
  const ranks = rankCorrelation(
    results.map((one) => one.expected),
    results.map((one) => one.measured),
  );
  const percent = (part: number) => `${(100 * part).toFixed(0)} %`;
  rows.push([
    name,
    percent(errors[Math.floor(PRODUCTS / 2)]),
    percent(errors[PRODUCTS - 1]),
    percent(results[0].deviation / results[0].expected),
    `${within.length} of ${PRODUCTS}`,
    ranks.toFixed(3),
  ]);
}
const head = [
  'form',
  'median error',
  'largest error',
  'deviation of the table',
  'within two deviations',
  'rank correlation',
];
console.log(`Expected times of ${PRODUCTS} products each, backend ${backend}\n\n${markdownTable(head, rows)}`);
