// Test error of compressNow with a budget, compared with the same bits for every layer, without training: a 784-300-100-10 network. Writes
// docs/results/budgets.md; `--seeds=3 --epochs=1 --bits=2` prints a quick look instead.
import { writeFileSync } from 'node:fs';
import { resolve } from 'node:path';
import { parseArgs } from 'node:util';
import { gzipSync } from 'node:zlib';
import { calibrate } from '@gcompress/calibration';
import { mnist } from '@gcompress/example-datasets';
import { compile, LEARNING_RATE, network, tensors } from '@gcompress/example-mnist/network';
import { stepsPerEpoch, train } from '@gcompress/example-mnist/train';
import { startBackend } from '@gcompress/example-program';
import { pack, stockFiles } from '@gcompress/packed';
import { packedModel } from '@gcompress/packed/load';
import { type CompressNowOptions, compressNow, sensitivities } from '@gcompress/post-training';
import { cosineDecay, learningRateCallback } from '@gcompress/tfjs/callbacks';
import { uniform } from '@gcompress/uniform';
import * as tf from '@tensorflow/tfjs';
import { deviation, markdownTable, mean } from './statistics.ts';

const { values: given } = parseArgs({
  options: {
    seeds: { type: 'string', default: '3,4,5' },
    epochs: { type: 'string', default: '12' },
    // Bits of every layer but the last one, of 1,000 weights, which stays float16
    bits: { type: 'string', default: '1,1.5,2,3' },
  },
});
const SEEDS = given.seeds.split(',').map(Number);
const EPOCHS = Number(given.epochs);
const BITS = given.bits.split(',').map(Number);
const LAST = 2000;
/** Number of unlabelled training images for calibration. */
const SEEN = 512;

await startBackend();
const digits = mnist('train');
const test = mnist('test');
const labels = test.labels;
const unseen = tensors(
  test,
  Int32Array.from({ length: test.count }, (_, i) => i),
);

/** Test error in percent of a model that stock TensorFlow.js loads. */
async function errorOf(handler: tf.io.IOHandler): Promise<number> {
  const model = await tf.loadLayersModel(handler);
  const answers = tf.tidy(() => (model.predict(unseen.xs, { batchSize: 500 }) as tf.Tensor).argMax(1).dataSync());
  model.dispose();
  return (100 * answers.filter((answer, i) => answer !== labels[i]).length) / test.count;
}

/** Bytes of the packed file, and the test error of what is loaded from it. */
async function measured(model: tf.LayersModel, options: CompressNowOptions) {
  const { artifacts, matrices } = await compressNow(model, options);
  const { bytes } = await pack(artifacts, { matrices });
  return { bytes: bytes.length, error: await errorOf(packedModel(bytes)) };
}

/** The model as a manifest of uint8 by the converter's rule, its files gzipped. */
async function asUint8(model: tf.LayersModel) {
  const { handler, artifacts } = await compressNow(model, { method: () => undefined, rest: 'uint8' });
  const files = Object.values(stockFiles(artifacts));
  const bytes = files.reduce((sum, file) => sum + gzipSync(file, { level: 9 }).length, 0);
  return { bytes, error: await errorOf(handler) };
}

type Measured = Awaited<ReturnType<typeof measured>>;
const dense: number[] = [];
const uint8: Measured[] = [];
const rows = BITS.map(() => ({
  same: [] as Measured[],
  chosen: [] as Measured[],
  costed: [] as Measured[],
  sameSeen: [] as Measured[],
  chosenSeen: [] as Measured[],
  costedSeen: [] as Measured[],
}));
for (const seed of SEEDS) {
  const model = network(seed);
  compile(model);
  const falling = learningRateCallback(cosineDecay({ initial: LEARNING_RATE, steps: EPOCHS * stepsPerEpoch(digits) }));
  const { signal } = new AbortController();
  await train(model, { digits, seed, epochs: [0, EPOCHS], callbacks: [falling], signal, onBatch: () => {} });
  const { handler } = await compressNow(model, { method: () => undefined, rest: 'float32' });
  dense.push(await errorOf(handler));
  uint8.push(await asUint8(model));
  const seen = tensors(
    digits,
    Int32Array.from({ length: SEEN }, (_, i) => i),
  );
  const { moments: inputMoments } = await calibrate(model, seen.xs, { batchSize: 128 });
  const load = tf.loadLayersModel;
  const sensitivity = await sensitivities(model, seen.xs, { load });
  const sensitivitySeen = await sensitivities(model, seen.xs, { load, inputMoments });
  console.error(`seed ${seed}: trained; sensitivities ${[...sensitivity.values()].map((cost) => cost.toFixed(2))}`);
  for (const [i, bits] of BITS.entries()) {
    const method = uniform({ bits, steps: 'column' });
    const same = await measured(model, { method, minElements: LAST });
    const budget = { bytes: same.bytes };
    rows[i].same.push(same);
    rows[i].chosen.push(await measured(model, { budget }));
    rows[i].costed.push(await measured(model, { budget, sensitivity }));
    rows[i].sameSeen.push(await measured(model, { method, inputMoments, minElements: LAST }));
    rows[i].chosenSeen.push(await measured(model, { budget, inputMoments }));
    rows[i].costedSeen.push(await measured(model, { budget, inputMoments, sensitivity: sensitivitySeen }));
    console.error(`seed ${seed}, ${bits} bits: ${Object.values(rows[i]).map((of) => of.at(-1)?.error.toFixed(2))}`);
  }
  model.dispose();
  tf.dispose([seen.xs, seen.ys]);
}

const percent = (errors: readonly number[]) => `${mean(errors).toFixed(2)} ± ${deviation(errors).toFixed(2)} %`;
const error = (of: readonly Measured[]) => percent(of.map((one) => one.error));
const kilobytes = (of: readonly Measured[]) => `${(mean(of.map(({ bytes }) => bytes)) / 1000).toFixed(1)} kB`;
const table = markdownTable(
  [
    'bits',
    'file',
    'same bits',
    'sizes chosen',
    'chosen, with sensitivities',
    'same bits, with moments',
    'chosen, with moments',
    'chosen, with both',
  ],
  rows.map(({ same, chosen, costed, sameSeen, chosenSeen, costedSeen }, i) => [
    `${BITS[i]}`,
    kilobytes(same),
    error(same),
    error(chosen),
    error(costed),
    error(sameSeen),
    error(chosenSeen),
    error(costedSeen),
  ]),
);
const text = `# Budgets

A 784-300-100-10 network, trained for ${EPOCHS} epochs on MNIST, then compressed without training. Test error, mean ± standard
deviation over seeds ${SEEDS.join(', ')}. The dense networks have ${percent(dense)}, and their weights take 1,066.4 kB. As uint8 of a stock manifest,
gzipped, they take ${kilobytes(uint8)} and have ${error(uint8)}. Bytes count whole files.

"Same bits" gives both large layers the same bits an entry, with a step for each column, and leaves the last layer float16. "Sizes chosen" is
\`compressNow\` with the bytes of that file as its budget. Moments and sensitivities come from ${SEEN} unlabelled training images. Nothing was
tuned on these networks. Made by \`pnpm --filter @gcompress/benchmarks budgets\`.

${table}
`;
console.log(text);
if (process.argv.length === 2) writeFileSync(resolve(import.meta.dirname, '../../docs/results/budgets.md'), text);
