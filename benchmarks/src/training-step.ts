// Time of a training step of a 784-300-100-10 network with compression, and of inference after stripping, compared with the dense network in
// the same run.
import { lowRank } from '@gcompress/lowrank';
import { linearAlpha } from '@gcompress/scheduler';
import { selectBackend } from '@gcompress/tfjs/backends';
import { compressModel, stripCompression } from '@gcompress/tfjs/layers';
import * as tf from '@tensorflow/tfjs';
import { markdownTable, median } from './statistics.ts';

const STEPS = 40;
const ROUNDS = 7;
const BATCH = 128;

function network(): tf.Sequential {
  return tf.sequential({
    layers: [
      tf.layers.dense({ inputShape: [784], units: 300, activation: 'relu', name: 'fc1' }),
      tf.layers.dense({ units: 100, activation: 'relu', name: 'fc2' }),
      tf.layers.dense({ units: 10, activation: 'softmax', name: 'out' }),
    ],
  });
}

async function fit(model: tf.LayersModel, xs: tf.Tensor, ys: tf.Tensor, callbacks: tf.Callback[]): Promise<number> {
  const start = performance.now();
  await model.fit(xs, ys, { epochs: 1, batchSize: BATCH, shuffle: false, verbose: 0, yieldEvery: 'never', callbacks });
  return (performance.now() - start) / STEPS;
}

function predict(model: tf.LayersModel, xs: tf.Tensor): number {
  const start = performance.now();
  for (let i = 0; i < 100; i++) {
    const output = model.predict(xs) as tf.Tensor;
    output.dataSync();
    output.dispose();
  }
  return (performance.now() - start) / 100;
}

const backend = await selectBackend();
const xs = tf.randomUniform([BATCH * STEPS, 784], 0, 1, 'float32', 1);
const ys = tf.oneHot(tf.range(0, BATCH * STEPS, 1, 'int32').mod(tf.scalar(10, 'int32')), 10).toFloat();
const rows: string[][] = [];
for (const percent of [25, 12.5]) {
  const dense = network();
  const rank = (side: number) => Math.round((side * percent) / 100);
  const { model, callback } = compressModel(dense, {
    method: lowRank({ rank: rank(300) }),
    // Alpha stays between 1 and 0 for all that is measured
    schedule: linearAlpha({ begin: 1, end: STEPS * (ROUNDS + 1) * 100, frequency: 10 }),
    rules: [{ name: 'fc1' }, { name: 'fc2', method: lowRank({ rank: rank(100) }) }],
  });
  const blended: number[] = [];
  const plain: number[] = [];
  for (const each of [dense, model]) each.compile({ optimizer: tf.train.adam(), loss: 'categoricalCrossentropy' });
  for (let round = 0; round <= ROUNDS; round++) {
    const times = [await fit(dense, xs, ys, []), await fit(model, xs, ys, [callback])];
    if (round === 0) continue; // the first round compresses, and warms up
    plain.push(times[0]);
    blended.push(times[1]);
  }
  const done = compressModel(dense, {
    method: lowRank({ rank: rank(300) }),
    schedule: linearAlpha({ begin: 0, end: 1, frequency: 1 }),
    rules: [{ name: 'fc1' }, { name: 'fc2', method: lowRank({ rank: rank(100) }) }],
  });
  done.model.compile({ optimizer: 'sgd', loss: 'categoricalCrossentropy' });
  await fit(done.model, xs, ys, [done.callback]);
  const stripped = stripCompression(done.model);
  const batch = xs.slice([0, 0], [32, 784]);
  predict(dense, batch);
  predict(stripped, batch);
  const inference = Array.from({ length: ROUNDS }, () => [predict(dense, batch), predict(stripped, batch)]);
  const [denseMs, strippedMs] = [0, 1].map((i) => median(inference.map((pair) => pair[i])));
  rows.push([
    `${percent} %`,
    `${median(plain).toFixed(2)} ms`,
    `${median(blended).toFixed(2)} ms`,
    `${(median(blended) / median(plain)).toFixed(2)}×`,
    `${denseMs.toFixed(3)} ms`,
    `${strippedMs.toFixed(3)} ms`,
    `${(denseMs / strippedMs).toFixed(2)}×`,
  ]);
}
console.log(`Training step at batch ${BATCH} with Adam, inference at batch 32, ${backend.name} backend\n`);
console.log(
  markdownTable(
    ['rank of the smaller side', 'dense step', 'compressing step', 'cost', 'dense inference', 'stripped', 'gain'],
    rows,
  ),
);
