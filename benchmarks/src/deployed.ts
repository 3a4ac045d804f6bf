// Memory and time of a stripped 784-300-100-10 network for each method and both preferences of `stripCompression`, compared with the dense
// network in the same run. Writes docs/results/deployed.md.
import { writeFileSync } from 'node:fs';
import { resolve } from 'node:path';
import type { MatrixCompressor } from '@gcompress/core';
import { dictLearn } from '@gcompress/dictlearn';
import { kMeans } from '@gcompress/kmeans';
import { lowRank } from '@gcompress/lowrank';
import { compressAtOnce } from '@gcompress/scheduler';
import { simhash } from '@gcompress/simhash';
import { selectBackend } from '@gcompress/tfjs/backends';
import { compressModel, type Preference, stripCompression } from '@gcompress/tfjs/layers';
import * as tf from '@tensorflow/tfjs';
import { markdownTable, median } from './statistics.ts';

const RATIOS = [4, 10];
const METHODS: Readonly<Record<string, (ratio: number) => MatrixCompressor>> = {
  'low rank': (ratio) => lowRank({ ratio }),
  'k-means': (ratio) => kMeans({ ratio }),
  simhash: (ratio) => simhash({ ratio }),
  dictionary: (ratio) => dictLearn({ ratio }),
};
const BATCHES = [1, 32];
const ROUNDS = 9;
/** Milliseconds for which a model is called in a round, at least once. */
const SPAN = 20;

const backend = await selectBackend();
const dense = tf.sequential({
  layers: [
    tf.layers.dense({ inputShape: [784], units: 300, activation: 'relu', name: 'fc1' }),
    tf.layers.dense({ units: 100, activation: 'relu', name: 'fc2' }),
    tf.layers.dense({ units: 10, activation: 'softmax', name: 'out' }),
  ],
});
const xs = tf.randomUniform([32, 784], 0, 1, 'float32', 1);
const ys = tf.oneHot(tf.range(0, 32, 1, 'int32').mod(tf.scalar(10, 'int32')), 10).toFloat();
const batches = BATCHES.map((size) => xs.slice([0, 0], [size, 784]));

/** Compressed at once: what is measured does not depend on the values. */
async function stripped(method: MatrixCompressor, prefer: Preference): Promise<tf.LayersModel> {
  const { model, callback } = compressModel(dense, { method, schedule: compressAtOnce() });
  model.compile({ optimizer: tf.train.sgd(0), loss: 'categoricalCrossentropy' });
  await model.fit(xs, ys, { epochs: 1, verbose: 0, callbacks: callback });
  const small = stripCompression(model, { prefer });
  model.dispose();
  return small;
}

function call(model: tf.LayersModel, input: tf.Tensor): void {
  const output = model.predict(input) as tf.Tensor;
  output.dataSync();
  output.dispose();
}

/** Milliseconds of a call, for one model after the other, so that both meet the same machine. */
function times(models: readonly tf.LayersModel[], input: tf.Tensor): number[] {
  const rounds = Array.from({ length: ROUNDS }, () =>
    models.map((model) => {
      const start = performance.now();
      let calls = 0;
      for (; calls === 0 || performance.now() - start < SPAN; calls++) call(model, input);
      return (performance.now() - start) / calls;
    }),
  );
  return models.map((_, i) => median(rounds.map((round) => round[i])));
}

const weightBytes = (model: tf.LayersModel) =>
  model.weights.reduce((sum, weight) => sum + weight.read().size * Float32Array.BYTES_PER_ELEMENT, 0);
const kilobytes = (bytes: number) => `${(bytes / 1000).toFixed(1)} kB`;

async function row(title: string, ratio: number, prefer: Preference): Promise<string[]> {
  const before = tf.memory().numBytes;
  const model = await stripped(METHODS[title](ratio), prefer);
  call(model, batches[0]);
  const held = tf.memory().numBytes - before;
  for (const batch of batches) {
    call(dense, batch);
    call(model, batch);
  }
  const compared = batches.map((batch) => times([dense, model], batch));
  const cells = compared.map(([whole, small]) => `${small.toFixed(2)} ms (${(small / whole).toFixed(2)})`);
  const made = [title, `${ratio}×`, prefer, kilobytes(weightBytes(model)), kilobytes(held), ...cells];
  model.dispose();
  return made;
}

const rows: string[][] = [];
for (const title of Object.keys(METHODS)) {
  for (const ratio of RATIOS) {
    // Low rank becomes plain Dense layers, which have nothing to prefer
    for (const prefer of title === 'low rank' ? (['speed'] as const) : (['speed', 'memory'] as const)) {
      rows.push(await row(title, ratio, prefer));
    }
  }
}
const denseTimes = batches.map((batch) => `${times([dense], batch)[0].toFixed(2)} ms (1.00)`);
const whole = kilobytes(weightBytes(dense));
const table = markdownTable(
  ['method', 'ratio', 'prefer', 'weights', 'held between calls', ...BATCHES.map((size) => `batch of ${size}`)],
  [['dense', '', '', whole, whole, ...denseTimes], ...rows],
);
const text = `# Deployed networks

Memory and time of a stripped 784-300-100-10 network whose two larger matrices are compressed: the bytes of the saved weights, the bytes that the
model holds between two calls of \`predict\`, and the time of a call, medians of ${ROUNDS}, with the ratio to the dense network in the same round in brackets.
${backend.name} backend. Made by \`pnpm --filter @gcompress/benchmarks deployed\`.

${table}

\`prefer\` is the option of \`stripCompression\`. With \`'speed'\`, a layer holds its unpacked matrix beside the packed weights: as factors if it can
multiply with them and they are smaller, otherwise as the dense kernel. With \`'memory'\`, a layer holds only the packed weights and unpacks them for
each call, which takes the extra time in the last columns. During a call, the unpacked factors or kernel of one layer take additional memory.
`;
console.log(text);
writeFileSync(resolve(import.meta.dirname, '../../docs/results/deployed.md'), text);
