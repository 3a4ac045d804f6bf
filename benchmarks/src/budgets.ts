// Sizes chosen for a budget by compressNow, beside the same bits for every layer, without training: a 784-300-100-10 network. Writes
// docs/results/budgets.md. Takes some three minutes a seed on a quiet core.
import { writeFileSync } from 'node:fs';
import { resolve } from 'node:path';
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

/** `--seeds=3,4,5` names others. */
const SEEDS = (process.argv.find((argument) => argument.startsWith('--seeds='))?.slice(8) ?? '3,4,5')
  .split(',')
  .map(Number);
const EPOCHS = 4;
/** Unlabelled images, from those that the network was trained with. */
const SEEN = 512;
/** Bits of every layer but the last one, of 1,000 weights, which stays float16. */
const BITS = [1, 2];
const LAST = 2000;

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
  const sensitivity = await sensitivities(model, seen.xs, { load: tf.loadLayersModel });
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
    console.error(`seed ${seed}, ${bits} bits: ${Object.values(rows[i]).map((of) => of.at(-1)?.error.toFixed(2))}`);
  }
  model.dispose();
  tf.dispose([seen.xs, seen.ys]);
}

const percent = (errors: readonly number[]) =>
  errors.length > 1 ? `${mean(errors).toFixed(2)} ± ${deviation(errors).toFixed(2)} %` : `${mean(errors).toFixed(2)} %`;
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
  ],
  rows.map(({ same, chosen, costed, sameSeen, chosenSeen }, i) => [
    `${BITS[i]}`,
    kilobytes(same),
    error(same),
    error(chosen),
    error(costed),
    error(sameSeen),
    error(chosenSeen),
  ]),
);
const text = `# Budgets

A 784-300-100-10 network, trained for ${EPOCHS} epochs on MNIST, then compressed without training. Test error over 10,000 pictures, ${
  SEEDS.length > 1 ? 'mean ± standard deviation over seeds' : 'of seed'
} ${SEEDS.join(', ')}. The dense network has ${percent(dense)}; their weights take 1,066.4 kB, and ${kilobytes(uint8)} as uint8 of a stock manifest, gzipped,
with ${error(uint8)}. Bytes are those of whole files.

"Same bits" gives both large layers the same bits an entry, with a step for each column, and leaves the last layer float16. "Sizes chosen" is
\`compressNow\` with the bytes of that file as its budget. Moments and sensitivities come from ${SEEN} unlabelled training images. Nothing was
tuned on these networks. Made by \`pnpm --filter @gcompress/benchmarks budgets --seeds=${SEEDS.join(',')}\`.

${table}
`;
console.log(text);
writeFileSync(resolve(import.meta.dirname, '../../docs/results/budgets.md'), text);
