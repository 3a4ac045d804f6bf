/**
 * Time of a training step with a layer compressed to 25 % of its size, compared with the dense layer in the same network, for each kind of
 * layer. Both train in turns in the same run; the factor is the median of the rounds. Times are processor time of all threads together, so
 * that other work on the machine counts little.
 *
 * Run: npx tsx src/layer-steps.ts wasm|tensorflow [part of a kind's name]. `tensorflow` needs `pnpm native:build`.
 */

import { resolve } from 'node:path';
import type { MatrixCompressor } from '@gcompress/core';
import { kMeans } from '@gcompress/kmeans';
import { lowRank } from '@gcompress/lowrank';
import { linearAlpha } from '@gcompress/scheduler';
import { type BackendName, selectBackend } from '@gcompress/tfjs/backends';
import { compressModel, type LayerRule } from '@gcompress/tfjs/layers';
import * as tf from '@tensorflow/tfjs';
import { markdownTable, median } from './statistics.ts';

const STEPS = 3;
const ROUNDS = 5;
const BATCH = 32;
const WORDS = 5000;
const NATIVE = resolve(import.meta.dirname, '../../tools/native/node_modules/@tensorflow/tfjs-node-gpu/dist/index.js');

interface Kind {
  readonly name: string;
  readonly layer: () => tf.layers.Layer;
  readonly method?: MatrixCompressor;
  readonly rule?: LayerRule;
}

const { layers } = tf;
const image = [16, 16, 32];
const sequence = { inputShape: [20, 64], units: 128 };
const quarter = lowRank({ ratio: 4 });
// Depthwise kernels are no matrices of low rank: codes of 6 bits, with their codebook, are about a quarter of the bytes
const codes = kMeans({ bits: 6 });

const kinds: readonly Kind[] = [
  { name: 'Dense 784 → 300', layer: () => layers.dense({ inputShape: [784], units: 300 }) },
  {
    name: 'Conv1D 64 × 64 → 64, kernel 5',
    layer: () => layers.conv1d({ inputShape: [64, 64], filters: 64, kernelSize: 5 }),
  },
  {
    name: 'Conv2D 16 × 16 × 32 → 64, kernel 3 × 3, filters',
    layer: () => layers.conv2d({ inputShape: image, filters: 64, kernelSize: 3 }),
  },
  {
    name: 'Conv2D 16 × 16 × 32 → 64, kernel 3 × 3, spatial',
    layer: () => layers.conv2d({ inputShape: image, filters: 64, kernelSize: 3 }),
    rule: { split: 'spatial' },
  },
  {
    name: 'DepthwiseConv2D 16 × 16 × 32 → 256, kernel 3 × 3, 6 bits',
    layer: () => layers.depthwiseConv2d({ inputShape: image, depthMultiplier: 8, kernelSize: 3 }),
    method: codes,
  },
  {
    name: 'SeparableConv2D 16 × 16 × 32 → 128, kernel 3 × 3',
    layer: () => layers.separableConv2d({ inputShape: image, filters: 128, kernelSize: 3 }),
  },
  {
    name: 'Conv2DTranspose 8 × 8 × 64 → 32, kernel 3 × 3, stride 2',
    layer: () => layers.conv2dTranspose({ inputShape: [8, 8, 64], filters: 32, kernelSize: 3, strides: 2 }),
  },
  {
    name: `Embedding ${WORDS} × 64, 20 words`,
    layer: () => layers.embedding({ inputDim: WORDS, outputDim: 64, inputLength: 20 }),
  },
  { name: 'SimpleRNN 20 × 64 → 128', layer: () => layers.simpleRNN(sequence) },
  { name: 'GRU 20 × 64 → 128', layer: () => layers.gru(sequence) },
  { name: 'LSTM 20 × 64 → 128', layer: () => layers.lstm(sequence) },
  {
    name: 'Bidirectional LSTM 20 × 64 → 2 × 128',
    layer: () =>
      layers.bidirectional({
        inputShape: [20, 64],
        layer: layers.lstm({ units: 128 }) as tf.RNN,
        mergeMode: 'concat',
      }),
  },
  {
    name: 'TimeDistributed Dense 20 × 64 → 256',
    layer: () => layers.timeDistributed({ inputShape: [20, 64], layer: layers.dense({ units: 256 }) }),
  },
];

/** The layer, its outputs brought down to vectors, and a classifier. */
function network({ layer }: Kind): tf.Sequential {
  const model = tf.sequential({ layers: [layer()] });
  if (model.outputShape.length === 3) model.add(layers.globalAveragePooling1d({}));
  if (model.outputShape.length === 4) model.add(layers.globalAveragePooling2d({}));
  model.add(layers.dense({ units: 10, activation: 'softmax', name: 'out' }));
  return model;
}

/** Milliseconds of processor time a step. */
async function fit(model: tf.LayersModel, xs: tf.Tensor, ys: tf.Tensor, callbacks: tf.Callback[]): Promise<number> {
  const start = process.cpuUsage();
  await model.fit(xs, ys, { epochs: 1, batchSize: BATCH, shuffle: false, verbose: 0, yieldEvery: 'never', callbacks });
  const { user, system } = process.cpuUsage(start);
  return (user + system) / 1000 / STEPS;
}

async function measured(kind: Kind): Promise<string[]> {
  const dense = network(kind);
  const { model, callback, report } = compressModel(dense, {
    method: kind.method ?? quarter,
    // Alpha stays between 1 and 0 for all that is measured
    schedule: linearAlpha({ begin: 1, end: STEPS * (ROUNDS + 1) * 100, frequency: 10 }),
    rules: [
      { name: 'out', method: null },
      { minWeights: 1000, ...kind.rule },
    ],
  });
  for (const each of [dense, model]) each.compile({ optimizer: tf.train.adam(), loss: 'categoricalCrossentropy' });
  const shape = [BATCH * STEPS, ...dense.inputs[0].shape.slice(1)] as number[];
  const xs = kind.name.startsWith('Embedding')
    ? tf.randomUniform(shape, 0, WORDS, 'int32', 1)
    : tf.randomNormal(shape, 0, 1, 'float32', 1);
  const ys = tf.tidy(() => tf.oneHot(tf.range(0, BATCH * STEPS, 1, 'int32').mod(tf.scalar(10, 'int32')), 10).toFloat());
  const rounds: { dense: number; compressed: number }[] = [];
  for (let round = 0; round <= ROUNDS; round++) {
    const times = { dense: await fit(dense, xs, ys, []), compressed: await fit(model, xs, ys, [callback]) };
    if (round > 0) rounds.push(times); // the first round compresses, and warms up
  }
  tf.dispose([xs, ys]);
  const size = report().compressed.reduce((sum, { compressedBytes }) => sum + compressedBytes, 0);
  const full = report().compressed.reduce((sum, { denseBytes }) => sum + denseBytes, 0);
  return [
    kind.name,
    `${((100 * size) / full).toFixed(0)} %`,
    `${median(rounds.map((times) => times.dense)).toFixed(2)} ms`,
    `${median(rounds.map((times) => times.compressed)).toFixed(2)} ms`,
    `${median(rounds.map((times) => times.compressed / times.dense)).toFixed(2)}×`,
  ];
}

const only = (process.argv[2] ?? 'wasm') as BackendName;
await selectBackend({ only, loaders: { '@tensorflow/tfjs-node-gpu': () => import(NATIVE) } });
const rows: string[][] = [];
for (const kind of kinds.filter(({ name }) => name.includes(process.argv[3] ?? ''))) {
  rows.push(await measured(kind));
  console.error(rows.at(-1)?.join(', ')); // progress
}
console.log(`## ${only}\n`);
console.log(markdownTable(['layer', 'bytes', 'dense step', 'compressing step', 'cost'], rows));
