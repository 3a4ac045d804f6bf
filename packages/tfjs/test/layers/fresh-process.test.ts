import { execFile } from 'node:child_process';
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { promisify } from 'node:util';
import { kMeans } from '@gcompress/kmeans';
import { compressAtOnce } from '@gcompress/scheduler';
import * as tf from '@tensorflow/tfjs';
import { afterAll, beforeAll, expect, it } from 'vitest';
import { modelFolder } from '../../src/files/index.ts';
import { compressModel, stripCompression } from '../../src/layers/index.ts';
import { useTestBackend } from '../backend.ts';
import { Mixing } from './layer-cases.ts';

let folder = '';

beforeAll(async () => {
  await useTestBackend();
  folder = await mkdtemp(join(tmpdir(), 'gcompress-layers-'));
});

afterAll(() => rm(folder, { recursive: true, force: true }));

it('a stripped model predicts the same in another process', async () => {
  const model = tf.sequential({
    layers: [
      tf.layers.embedding({ inputDim: 9, outputDim: 8, inputLength: 6, maskZero: true }),
      tf.layers.bidirectional({ layer: tf.layers.lstm({ units: 6 }) as tf.RNN, mergeMode: 'concat' }),
      new Mixing({} as never),
    ],
  });
  const options = { method: kMeans({ levels: 5 }), schedule: compressAtOnce(), minWeights: 1 };
  const { model: small, callback } = compressModel(model, options);
  await callback.onTrainBegin();
  await callback.onBatchEnd();
  const stripped = stripCompression(small);
  expect(stripped.layers.map((layer) => layer.getClassName())).toEqual(Array(3).fill('PackedLayer'));
  await stripped.save(modelFolder(folder));
  const ids = [
    [1, 2, 3, 4, 5, 6],
    [8, 7, 0, 0, 1, 0],
  ];
  const wanted = (stripped.predict(tf.tensor(ids)) as tf.Tensor).dataSync();
  const program = join(import.meta.dirname, 'load-and-predict.ts');
  const args = ['--import', 'tsx', program, folder, JSON.stringify(ids)];
  const { stdout } = await promisify(execFile)(process.execPath, args);
  // TensorFlow.js prints a hint before; the predictions come last
  const printed = stdout.trim().split('\n').at(-1) ?? '';
  expect(new Float32Array(Uint8Array.from(Buffer.from(printed, 'base64')).buffer)).toEqual(Float32Array.from(wanted));
}, 120_000);
