/** Compresses a matrix; needs `@gcompress/lowrank` alone. */
export const COMPRESS = `
import { lowRank } from '@gcompress/lowrank';
const data = Float32Array.from({ length: 1200 }, (_, i) => Math.sin(i * i));
const compressed = lowRank({ rank: 4 }).compress({ shape: [40, 30], data });
const { data: decoded } = compressed.decompress();
const lost = Math.hypot(...data.map((entry, i) => entry - decoded[i])) / Math.hypot(...data);
if (!(lost > 0 && lost < 1)) throw new Error('relative error ' + lost);
console.log(compressed.byteLength + ' of 4800 bytes, relative error ' + lost.toFixed(3));
`;

/** Trains a small model while it is compressed, and strips it. */
export const TRAIN = `
import { lowRank } from '@gcompress/lowrank';
import { linearAlpha } from '@gcompress/scheduler';
import { compressedLayers, compressModel, stripCompression } from '@gcompress/tfjs/layers';
import '@tensorflow/tfjs-backend-cpu';
import * as tf from '@tensorflow/tfjs-core';
import { layers, sequential } from '@tensorflow/tfjs-layers';

const dense = sequential({ layers: [layers.dense({ inputShape: [12], units: 16 }), layers.dense({ units: 4 })] });
const schedule = linearAlpha({ begin: 4, end: 20, frequency: 4 });
const { model, callback } = compressModel(dense, { method: lowRank({ rank: 4 }), schedule, minWeights: 100 });
model.compile({ optimizer: tf.train.adam(0.02), loss: 'meanSquaredError' });
const inputs = tf.randomNormal([64, 12], 0, 1, 'float32', 1);
const targets = tf.slice(inputs, [0, 0], [64, 4]);
const { history } = await model.fit(inputs, targets, { epochs: 10, batchSize: 16, verbose: 0, callbacks: callback });
const alphas = compressedLayers(model).flatMap(({ ops }) => ops.map(({ alpha }) => alpha));
const [first, last] = [history.loss[0], history.loss.at(-1)];
if (alphas.join() !== '0' || !(last < first)) throw new Error('alpha ' + alphas + ', loss ' + first + ' to ' + last);
const small = stripCompression(model);
if (!(small.countParams() < dense.countParams())) throw new Error(small.countParams() + ' parameters');
console.log('loss ' + first.toFixed(2) + ' to ' + last.toFixed(2) + ', ' + small.countParams() + ' of ' + dense.countParams() + ' parameters');
`;

/** The same with the core as a dependency of its own, whose copy is another than that of the method. */
export const TRAIN_WITH_TWO_CORES = `${TRAIN}
import { createFormatRegistry, deserialize, isGCompressError, matrix, serialize } from '@gcompress/core';
const weights = matrix([8, 8], Float32Array.from({ length: 64 }, (_, i) => Math.cos(i * i)));
const compressed = lowRank({ rank: 2 }).compress(weights);
const { w } = await deserialize(serialize({ w: compressed }), createFormatRegistry([lowRank]));
if (w.byteLength !== compressed.byteLength) throw new Error('a file of ' + w.byteLength + ' bytes');
try {
  lowRank({ rank: 0 });
  throw new Error('a rank of 0 was accepted');
} catch (error) {
  // Made by the other copy, told by this one
  if (!isGCompressError(error, 'invalid-option')) throw error;
}
`;

/** Packs a model by the command line, and compares the two on the wasm backend; needs `@gcompress/cli` alone. */
export const COMMAND_LINE = `
import { execFileSync } from 'node:child_process';
import { mkdirSync, writeFileSync } from 'node:fs';
const gcompress = (...args) => execFileSync('npx', ['--no-install', 'gcompress', ...args], { encoding: 'utf8' });
if (!gcompress('--help').includes('gcompress VERB --help')) throw new Error('no help');
const float = { T: { type: 'DT_FLOAT' }, dtype: { type: 'DT_FLOAT' } };
const dims = (...sides) => ({ dim: sides.map((size) => ({ size: String(size) })) });
const node = [
  { name: 'x', op: 'Placeholder', attr: { ...float, shape: { shape: dims(-1, 40) } } },
  { name: 'kernel', op: 'Const', attr: float },
  { name: 'y', op: 'MatMul', input: ['x', 'kernel'], attr: float },
];
const weights = [{ name: 'kernel', shape: [40, 30], dtype: 'float32' }];
mkdirSync('model');
const model = { format: 'graph-model', modelTopology: { node, versions: {} }, weightsManifest: [{ paths: ['weights.bin'], weights }] };
writeFileSync('model/model.json', JSON.stringify(model));
writeFileSync('model/weights.bin', new Uint8Array(Float32Array.from({ length: 1200 }, (_, i) => Math.sin(i * i)).buffer));
gcompress('pack', 'model', '--out', 'small.gcm', '--bits', '8');
const { bytes, outputs } = JSON.parse(gcompress('diff', 'model', 'small.gcm', '--json'));
if (!(bytes[1] < bytes[0] / 2) || !(outputs[0].relativeDifference < 0.05)) throw new Error(JSON.stringify({ bytes, outputs }));
gcompress('check', 'small.gcm', '--max-bytes', '2.5kB');
console.log(bytes.join(' to ') + ' bytes, output differs by ' + (100 * outputs[0].relativeDifference).toFixed(2) + ' %');
`;
