// What code blocks of the pages may be given by name, where making it would distract from what a page is about. Tiny, so that
// every block runs in seconds; on the wasm backend, because that of plain JavaScript takes ten times as long.
import { matrix } from '@gcompress/core';
import { lowRank } from '@gcompress/lowrank';
import { linearAlpha } from '@gcompress/scheduler';
import { TfCompressionOp } from '@gcompress/tfjs';
import { selectBackend } from '@gcompress/tfjs/backends';
import { compressModel } from '@gcompress/tfjs/layers';
import * as tf from '@tensorflow/tfjs';

await selectBackend({ only: 'wasm' });

/** 784 · 300 weights. */
export const weights = Float32Array.from({ length: 784 * 300 }, (_, i) =>
  Math.exp(-Math.abs(i / 300 - (i % 300)) / 50),
);

/** Four inputs of 784 values. */
export const x = matrix([4, 784], new Float32Array(4 * 784).fill(0.5));

/** A classifier of 16 values into three classes, whose hidden kernel `[16, 640]` is large enough to be compressed. */
export const model = tf.sequential({
  layers: [
    tf.layers.dense({ inputShape: [16], units: 640, activation: 'relu', name: 'hidden' }),
    tf.layers.dense({ units: 3, activation: 'softmax', name: 'logits' }),
  ],
});

/** Inputs of the model: 34 batches of 32, so that ten epochs outlast the schedules of the pages. */
export const images = tf.randomUniform([1088, 16], -1, 1, 'float32', 1);

/** Their classes, one-hot: where the largest of the first three values is. */
export const labels = tf.oneHot(images.slice([0, 0], [-1, 3]).argMax(1), 3);

const schedule = linearAlpha({ begin: 10, end: 60 });
const compression = compressModel(model, { method: lowRank({ ratio: 4 }), schedule });

/** The model with its hidden layer compressed, and compiled. */
export const small = compression.model;
small.compile({ optimizer: 'adam', loss: 'categoricalCrossentropy', metrics: ['accuracy'] });

/** The callback that its training needs. */
export const { callback } = compression;

/** What is trained in a loop of one's own: an operator on `[40, 20]`, a bias, and their optimizer. */
export const op = new TfCompressionOp(tf.variable(tf.zeros([40, 20])), { compressor: lowRank({ rank: 6 }), schedule });
export const bias = tf.variable(tf.zeros([20]));
export const optimizer = tf.train.adam();
