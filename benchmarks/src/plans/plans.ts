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
import { compressNow, planModel, sensitivities } from '@gcompress/post-training';
import { cosineDecay, learningRateCallback } from '@gcompress/tfjs/callbacks';
import { uniform } from '@gcompress/uniform';
import * as tf from '@tensorflow/tfjs';
import { markdownTable } from '../statistics.ts';
import { rankCorrelation } from './agreement.ts';
import { largeModel } from './large-model.ts';

const { values: given } = parseArgs({
  options: { epochs: { type: 'string', default: '4' }, plans: { type: 'string', default: '20' } },
});
const EPOCHS = Number(given.epochs);
const PLANS = Number(given.plans);
const SEED = 3;
/** Number of unlabelled training images for moments and sensitivities. */
const SEEN = 512;
/** Number of test images on which plans are measured. */
const UNSEEN = 2000;
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
const unseen = tensors(mnist('test'), first(UNSEEN)).xs;
const { moments: inputMoments } = await calibrate(model, seen, { batchSize: 128 });
const sensitivity = await sensitivities(model, seen, { load: tf.loadLayersModel, inputMoments });
const outputsOf = (one: tf.LayersModel) => tf.tidy(() => (one.predict(unseen) as tf.Tensor).dataSync() as Float32Array);
const original = outputsOf(model);
const classes = original.length / UNSEEN;

const candidateSets = [
  { title: 'uniform', candidates: undefined },
  { title: 'several', candidates: [uniform, lowRank, kMeans({ levels: 4 }), kMeans({ levels: 16 })] },
];
const rows: {
  title: string;
  bytes: number;
  planned: number;
  error: number;
  drop: number;
  bytesNow: number;
  errorNow: number;
  dropNow: number;
}[] = [];
for (let i = 0; i < PLANS; i++) {
  const packed = Math.round(SMALLEST * (LARGEST / SMALLEST) ** (i / (PLANS - 1)));
  const { title, candidates } = candidateSets[i % candidateSets.length];
  const options = { inputMoments, sensitivity, ...(candidates && { candidates }) };
  const { plan, methodOf } = await planModel(model, { ...options, limits: { packed } });
  if (!plan) throw new Error('a plan without limits');
  const small = await compressNow(model, { method: methodOf(plan), inputMoments });
  const loaded = await tf.loadLayersModel(small.handler);
  const outputs = outputsOf(loaded);
  loaded.dispose();
  rows.push({
    title,
    bytes: packed,
    planned: plan.sizes.packed ?? 0,
    error: Math.sqrt(plan.error),
    drop: 100 * expectedDisagreement(original, classes, plan.error),
    bytesNow: small.report.bytes,
    errorNow: relativeDistance(outputs),
    dropNow: changedPercent(outputs),
  });
  console.error(JSON.stringify(rows.at(-1)));
}
model.dispose();
tf.dispose([seen, unseen]);

function relativeDistance(outputs: Float32Array): number {
  const error = outputs.reduce((sum, value, at) => sum + (value - original[at]) ** 2, 0);
  return Math.sqrt(error / original.reduce((sum, value) => sum + value ** 2, 0));
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
  ['candidates', 'limit', 'file', 'expected error', 'measured error', 'ratio', 'expected change', 'measured change'],
  rows.map((row) => [
    row.title,
    row.bytes.toLocaleString('en-US'),
    row.bytesNow.toLocaleString('en-US'),
    percent(row.error),
    percent(row.errorNow),
    (row.errorNow / row.error).toFixed(2),
    `${row.drop.toFixed(2)} %`,
    `${row.dropNow.toFixed(2)} %`,
  ]),
);
const text = `# Plans

\`planModel\` expects sizes and errors without compressing a model; \`compressNow\` by the planned methods measures them. The network is a
784-300-100-10 network, trained for ${EPOCHS} epochs on MNIST (seed ${SEED}). Moments and sensitivities come from ${SEEN} unlabelled training images; the
measured error is ‖outputs − original outputs‖ / ‖original outputs‖ of the softmax outputs for ${UNSEEN.toLocaleString('en-US')} test images. "Change" is the part of the images
whose largest output changes its place: expected by \`expectedDisagreement\`, and counted. "Several" candidates are uniform levels, low rank and
k-means with 4 and 16 levels. Limits and files are bytes of whole packed files. Made by \`pnpm --filter @gcompress/benchmarks plans\`.

${table}

| goal | reached | |
| --- | ---: | ---: |
| rank correlation of expected and measured error ≥ ${CORRELATION} | ${correlation.toFixed(3)} | ${verdict(correlation >= CORRELATION)} |
| measured error within ${100 * CLOSE} % of the expected one | ${within} of ${rows.length} plans | ${verdict(within === rows.length)} |
| processor time of a plan for ${(values.all / 1e6).toFixed(1)} million weights ≤ ${SECONDS} s | ${seconds.toFixed(1)} s | ${verdict(seconds <= SECONDS)} |

The last plan evaluated ${values.evaluated.toLocaleString('en-US')} of its ${values.all.toLocaleString('en-US')} drawn weights at each size, in evenly spaced columns, and has a curve of ${curve.length} points. Its time is
processor time (\`process.cpuUsage\`) of one process with portable kernels, all threads together: on a quiet machine it takes no longer than that.
`;
console.log(text);
if (process.argv.length === 2) writeFileSync(resolve(import.meta.dirname, '../../../docs/results/plans.md'), text);
