// Plans beside what is measured: the expected error of twenty plans of a 784-300-100-10 network, and the processor time of a plan for 25 million
// weights. Writes docs/results/plans.md. Takes about two minutes on two quiet cores.
import { writeFileSync } from 'node:fs';
import { resolve } from 'node:path';
import { parseArgs } from 'node:util';
import { calibrate } from '@gcompress/calibration';
import { mnist } from '@gcompress/example-datasets';
import { compile, LEARNING_RATE, network, tensors } from '@gcompress/example-mnist/network';
import { stepsPerEpoch, train } from '@gcompress/example-mnist/train';
import { startBackend } from '@gcompress/example-program';
import { kMeans } from '@gcompress/kmeans';
import { lowRank } from '@gcompress/lowrank';
import { expectedDisagreement } from '@gcompress/planner';
import { compressNow, planModel, type SmallModel, sensitivities } from '@gcompress/post-training';
import { cosineDecay, learningRateCallback } from '@gcompress/tfjs/callbacks';
import { uniform } from '@gcompress/uniform';
import * as tf from '@tensorflow/tfjs';
import { markdownTable } from '../statistics.ts';
import { rankCorrelation } from './agreement.ts';
import { largeModel } from './large-model.ts';

const { values: given } = parseArgs({
  options: { epochs: { type: 'string', default: '1' }, plans: { type: 'string', default: '20' } },
});
const EPOCHS = Number(given.epochs);
const PLANS = Number(given.plans);
const SEED = 3;
/** Number of unlabelled training images for moments and sensitivities. */
const SEEN = 512;
/** Number of test images on which plans are measured. */
const UNSEEN = 2000;
/** Number of other test images, without labels, on which models of the curve are measured for `measure`. */
const HELD = 1000;
/** The range of sizes, in bytes of the packed file. */
const [SMALLEST, LARGEST] = [24_000, 200_000];
/** The goals. */
const [CORRELATION, CLOSE, SECONDS] = [0.95, 0.15, 20];

await startBackend();
const digits = mnist('train');
const model = network(SEED);
compile(model);
const falling = learningRateCallback(cosineDecay({ initial: LEARNING_RATE, steps: EPOCHS * stepsPerEpoch(digits) }));
const { signal } = new AbortController();
await train(model, { digits, seed: SEED, epochs: [0, EPOCHS], callbacks: [falling], signal, onBatch: () => {} });
const first = (count: number) => Int32Array.from({ length: count }, (_, i) => i);
const seen = tensors(digits, first(SEEN)).xs;
const test = mnist('test');
const unseen = tensors(test, first(UNSEEN)).xs;
const held = tensors(
  test,
  first(HELD).map((i) => UNSEEN + i),
).xs;
const { moments: inputMoments } = await calibrate(model, seen, { batchSize: 128 });
const sensitivity = await sensitivities(model, seen, { load: tf.loadLayersModel, inputMoments });
const outputsOf = (one: tf.LayersModel, inputs: tf.Tensor) =>
  tf.tidy(() => (one.predict(inputs) as tf.Tensor).dataSync() as Float32Array);
const [known, original] = [outputsOf(model, held), outputsOf(model, unseen)];
const classes = original.length / UNSEEN;

const candidateSets = [
  { title: 'uniform', candidates: undefined },
  { title: 'several', candidates: [uniform, lowRank, kMeans({ levels: 4 }), kMeans({ levels: 16 })] },
];
const rows: {
  title: string;
  planned: number;
  error: number;
  sum: number;
  drop: number;
  bytesNow: number;
  errorNow: number;
  dropNow: number;
}[] = [];
for (const { title, candidates } of candidateSets) {
  const { curve, methodOf } = await planModel(model, {
    inputMoments,
    sensitivity,
    points: 200,
    measure: async (small) => relativeDistance(await outputsFor(small, held), known) ** 2,
    ...(candidates && { candidates }),
  });
  const count = PLANS / candidateSets.length;
  for (let i = 0; i < count; i++) {
    const wanted = SMALLEST * (LARGEST / SMALLEST) ** (i / (count - 1));
    const plan = curve.reduce((best, point) => (away(point, wanted) < away(best, wanted) ? point : best));
    const small = await compressNow(model, { method: methodOf(plan), inputMoments });
    const outputs = await outputsFor(small, unseen);
    rows.push({
      title,
      planned: plan.sizes.packed ?? 0,
      error: Math.sqrt(plan.error),
      sum: Math.sqrt(plan.choices.reduce((sum, { cost }) => sum + cost, 0)),
      drop: 100 * expectedDisagreement(original, classes, plan.error),
      bytesNow: small.report.bytes,
      errorNow: relativeDistance(outputs, original),
      dropNow: changedPercent(outputs),
    });
    console.error(JSON.stringify(rows.at(-1)));
  }
}
model.dispose();
tf.dispose([seen, held, unseen]);

function away({ sizes }: { readonly sizes: { readonly packed?: number } }, wanted: number): number {
  return Math.abs(Math.log((sizes.packed ?? 1) / wanted));
}

async function outputsFor({ handler }: Pick<SmallModel, 'handler'>, inputs: tf.Tensor): Promise<Float32Array> {
  const loaded = await tf.loadLayersModel(handler);
  const outputs = outputsOf(loaded, inputs);
  loaded.dispose();
  return outputs;
}

function relativeDistance(outputs: Float32Array, reference: Float32Array): number {
  const error = outputs.reduce((sum, value, at) => sum + (value - reference[at]) ** 2, 0);
  return Math.sqrt(error / reference.reduce((sum, value) => sum + value ** 2, 0));
}

function changedPercent(outputs: Float32Array): number {
  const places = (values: Float32Array) =>
    Array.from({ length: UNSEEN }, (_, i) => {
      const row = values.subarray(i * classes, (i + 1) * classes);
      return row.indexOf(Math.max(...row));
    });
  const [before, after] = [places(original), places(outputs)];
  return (100 * before.filter((place, i) => place !== after[i]).length) / UNSEEN;
}

const large = largeModel();
const began = process.cpuUsage();
const { values, curve } = await planModel(large, { limits: { packed: 6_000_000 } });
const { user, system } = process.cpuUsage(began);
const seconds = (user + system) / 1e6;

const correlation = rankCorrelation(
  rows.map(({ error }) => error),
  rows.map(({ errorNow }) => errorNow),
);
const within = rows.filter(({ error, errorNow }) => Math.abs(errorNow / error - 1) <= CLOSE).length;
const verdict = (isMet: boolean) => (isMet ? 'met' : 'missed');
const percent = (value: number) => `${(100 * value).toFixed(2)} %`;
const table = markdownTable(
  [
    'candidates',
    'planned',
    'file',
    'sum of errors',
    'expected error',
    'measured error',
    'ratio',
    'expected change',
    'measured change',
  ],
  rows.map((row) => [
    row.title,
    row.planned.toLocaleString('en-US'),
    row.bytesNow.toLocaleString('en-US'),
    percent(row.sum),
    percent(row.error),
    percent(row.errorNow),
    (row.errorNow / row.error).toFixed(2),
    `${row.drop.toFixed(2)} %`,
    `${row.dropNow.toFixed(2)} %`,
  ]),
);
const text = `# Plans

\`planModel\` expects sizes and errors without compressing the model at each size; \`compressNow\` by the planned methods measures them. The network is a
784-300-100-10 network, trained for ${EPOCHS === 1 ? 'one epoch' : `${EPOCHS} epochs`} on MNIST (seed ${SEED}). Moments and sensitivities use ${SEEN} unlabelled training images, the option \`measure\` ${HELD} unlabelled test images;
the measured error is ‖outputs − original outputs‖ / ‖original outputs‖ of the softmax outputs for ${UNSEEN.toLocaleString('en-US')} other test images. "Sum of errors" is the
root of the sum of the weights' costs, before the correction by eight measured models of the curve; their number and spacing were chosen on the same
test images, so the agreement may be a little better here than on others. "Change" is the part of the images whose largest
output changes its place: expected by \`expectedDisagreement\`, and counted. "Several" candidates are uniform levels, low rank and k-means with
4 and 16 levels. Bytes are those of whole packed files. Made by \`pnpm --filter @gcompress/benchmarks plans\`.

${table}

| goal | reached | |
| --- | ---: | ---: |
| rank correlation of expected and measured error ≥ ${CORRELATION} | ${correlation.toFixed(3)} | ${verdict(correlation >= CORRELATION)} |
| measured error within ${100 * CLOSE} % of the expected one | ${within} of ${rows.length} plans | ${verdict(within === rows.length)} |
| processor time of a plan for ${(values.all / 1e6).toFixed(1)} million weights ≤ ${SECONDS} s | ${seconds.toFixed(1)} s | ${verdict(seconds <= SECONDS)} |

Misses are among the smallest files, with about one bit a weight: there the error doubles from one size of the table to the next, which eight
measured models are too few to follow. Where the curve has no plan between two sizes of the table, both rows show the same plan.

The last plan evaluated ${values.evaluated.toLocaleString('en-US')} of its ${values.all.toLocaleString('en-US')} drawn weights at each size, in evenly spaced columns, and has a curve of ${curve.length} points. Its time is
processor time (\`process.cpuUsage\`) of one process with portable kernels, all threads together: on a quiet machine it takes no longer than that.
`;
console.log(text);
if (process.argv.length === 2) writeFileSync(resolve(import.meta.dirname, '../../../docs/results/plans.md'), text);
