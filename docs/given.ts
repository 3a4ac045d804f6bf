import { matrix } from '@gcompress/core';
import { selectBackend } from '@gcompress/tfjs/backends';
import * as tf from '@tensorflow/tfjs';

// What code blocks of the pages may be given by name, where making it would distract from what a page is about. Tiny, so that
// every block runs in seconds; on the wasm backend, because that of plain JavaScript takes ten times as long.

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
