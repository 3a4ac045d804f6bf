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
