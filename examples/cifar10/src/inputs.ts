// Pictures as the network sees them, for training and for tests.
import type { Random } from '@gcompress/core';
import { CHANNELS, type Pictures, SIDE } from '@gcompress/example-datasets';

/** Height and width of what the network sees. */
export const CROP = 24;
/** Values of one picture that the network sees. */
export const INPUT_SIZE = CROP * CROP * CHANNELS;

const MAX_BRIGHTNESS = 63;
const CONTRAST = { from: 0.2, to: 1.8 };

/**
 * Pictures as the network sees them while it trains, `[indices.length, 24, 24, 3]`: a random part of each, perhaps mirrored, with
 * random brightness and contrast, standardised. On typed arrays, because that takes about a millisecond a batch on every backend.
 */
export function distortedInputs(pictures: Pictures, indices: ArrayLike<number>, random: Random): Float32Array {
  const inputs = new Float32Array(indices.length * INPUT_SIZE);
  for (let i = 0; i < indices.length; i++) {
    const input = inputs.subarray(i * INPUT_SIZE, (i + 1) * INPUT_SIZE);
    const top = random.integer(SIDE - CROP + 1);
    const left = random.integer(SIDE - CROP + 1);
    const mirrored = random.integer(2) === 1;
    crop(pictures, indices[i], { top, left, mirrored }, input);
    const brightness = (2 * random.uniform() - 1) * MAX_BRIGHTNESS;
    for (let at = 0; at < INPUT_SIZE; at++) input[at] += brightness;
    changeContrast(input, CONTRAST.from + random.uniform() * (CONTRAST.to - CONTRAST.from));
    standardise(input);
  }
  return inputs;
}

/** The middle of pictures, standardised, as the network sees them when it is evaluated: `[end − begin, 24, 24, 3]`. */
export function centredInputs(pictures: Pictures, begin: number, end: number): Float32Array {
  const inputs = new Float32Array((end - begin) * INPUT_SIZE);
  const middle = { top: (SIDE - CROP) / 2, left: (SIDE - CROP) / 2, mirrored: false };
  for (let i = begin; i < end; i++) {
    const input = inputs.subarray((i - begin) * INPUT_SIZE, (i - begin + 1) * INPUT_SIZE);
    crop(pictures, i, middle, input);
    standardise(input);
  }
  return inputs;
}

interface Crop {
  readonly top: number;
  readonly left: number;
  readonly mirrored: boolean;
}

function crop({ pixels }: Pictures, index: number, { top, left, mirrored }: Crop, input: Float32Array): void {
  let at = 0;
  for (let row = 0; row < CROP; row++) {
    const line = ((index * SIDE + top + row) * SIDE + left) * CHANNELS;
    for (let column = 0; column < CROP; column++) {
      const pixel = line + (mirrored ? CROP - 1 - column : column) * CHANNELS;
      for (let channel = 0; channel < CHANNELS; channel++) input[at++] = pixels[pixel + channel];
    }
  }
}

/** Moves every value away from the mean of its channel, or closer to it (`tf.image.adjust_contrast`). */
function changeContrast(input: Float32Array, factor: number): void {
  for (let channel = 0; channel < CHANNELS; channel++) {
    let sum = 0;
    for (let at = channel; at < INPUT_SIZE; at += CHANNELS) sum += input[at];
    const mean = (sum * CHANNELS) / INPUT_SIZE;
    for (let at = channel; at < INPUT_SIZE; at += CHANNELS) input[at] = (input[at] - mean) * factor + mean;
  }
}

/** To mean 0 and deviation 1; a picture of one colour becomes 0 (`tf.image.per_image_standardization`). */
function standardise(input: Float32Array): void {
  let sum = 0;
  for (let at = 0; at < INPUT_SIZE; at++) sum += input[at];
  const mean = sum / INPUT_SIZE;
  let squares = 0;
  for (let at = 0; at < INPUT_SIZE; at++) squares += (input[at] - mean) ** 2;
  const deviation = Math.max(Math.sqrt(squares / INPUT_SIZE), 1 / Math.sqrt(INPUT_SIZE));
  for (let at = 0; at < INPUT_SIZE; at++) input[at] = (input[at] - mean) / deviation;
}
