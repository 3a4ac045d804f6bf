// Input pictures for TensorBoard.
import * as tf from '@tensorflow/tfjs';
import { decode } from 'fast-png';
import { expect, it } from 'vitest';
import { inputPictures } from '../src/input-pictures.ts';

it('shows three pictures of a batch, 0 as grey where values are negative', async () => {
  const batch = tf.tensor([-1, 0, 0.5, 1, 2, 4, 0, 0, 0, 0, 0, 0], [4, 1, 3, 1]);
  const summaries = await inputPictures(7, batch);
  batch.dispose();
  expect(summaries.map(({ tag, step }) => [tag, step])).toEqual([0, 1, 2].map((i) => [`images/image/${i}`, 7]));
  const pixels = summaries.map(({ image }) => [...decode(image.png).data]);
  expect(pixels).toEqual([
    [1, 128, 191],
    [63, 127, 255],
    [0, 0, 0],
  ]);
});

it('does not stretch rounding errors to a picture, and rounds in float32', async () => {
  // 255 / 7 · 7 is 255 in float64, and 254.99998 in float32
  const batch = tf.tensor([1e-7, 1e-7, 0, 1e-7, -1e-7, 0, 7, 0, 0], [3, 1, 3, 1]);
  const summaries = await inputPictures(0, batch);
  batch.dispose();
  expect(summaries.map(({ image }) => [...decode(image.png).data])).toEqual([
    [0, 0, 0],
    [128, 128, 128],
    [254, 0, 0],
  ]);
});
