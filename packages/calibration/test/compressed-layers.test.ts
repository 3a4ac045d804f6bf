// Models that are compressed while they train.
import { lowRank } from '@gcompress/lowrank';
import { linearAlpha } from '@gcompress/scheduler';
import { compressModel } from '@gcompress/tfjs/layers';
import * as tf from '@tensorflow/tfjs';
import { expect, it } from 'vitest';
import { calibrate } from '../src/index.ts';
import { expectClose, normal } from './values.ts';

/** A network with a convolution, an LSTM and a Dense layer; all three are compressed. */
function network(): tf.LayersModel {
  const pictures = tf.input({ shape: [6, 6, 2], name: 'pictures' });
  const convolved = tf.layers.conv2d({ filters: 12, kernelSize: 3, activation: 'relu', name: 'conv' }).apply(pictures);
  const rows = tf.layers.reshape({ targetShape: [4, 48] }).apply(convolved);
  const states = tf.layers.lstm({ units: 8, name: 'lstm' }).apply(rows) as tf.SymbolicTensor;
  const outputs = tf.layers.dense({ units: 10, name: 'dense' }).apply(states) as tf.SymbolicTensor;
  return tf.model({ inputs: pictures, outputs });
}

it('are observed at the same weights as the dense model, with its moments while alpha is 1', async () => {
  const model = network();
  const images = normal([6, 6, 6, 2]);
  const schedule = linearAlpha({ begin: 5, end: 9 });
  const compressed = compressModel(model, { method: lowRank({ rank: 2 }), schedule, minWeights: 50 });
  expect(compressed.report().compressed.length).toBe(4);
  const dense = await calibrate(model, images);
  const training = await calibrate(compressed.model, images);
  expect([...training.moments.keys()].sort()).toEqual([...dense.moments.keys()].sort());
  expect(dense.moments.size).toBe(4);
  for (const [name, { count, size, values }] of dense.moments) {
    const own = training.moments.get(name);
    expect([own?.count, own?.size]).toEqual([count, size]);
    expectClose(own?.values, values);
  }
  compressed.model.dispose();
  model.dispose();
  images.dispose();
});
