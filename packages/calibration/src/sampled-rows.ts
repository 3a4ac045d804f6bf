// The rows that a kernel multiplies, taken from a tensor at seeded places.
import { createRandom } from '@gcompress/core';
import type { Tensor } from '@tensorflow/tfjs-core';
import type { Window } from './observed-layers.ts';

/** Rows one after the other. */
export interface Rows {
  readonly data: Float32Array;
  readonly count: number;
}

/** Rows of the last axis: all of them, or `most` at random places. */
export async function sampledRows(input: Tensor, most: number, seed: number): Promise<Rows> {
  const values = await input.data();
  const width = input.shape[input.shape.length - 1];
  const places = chosen(values.length / width, most, seed);
  const data = new Float32Array(places.length * width);
  for (const [to, from] of places.entries()) data.set(values.subarray(from * width, (from + 1) * width), to * width);
  return { data, count: places.length };
}

/** The patches `[kernel rows · kernel columns · channels]` that a convolution multiplies, zeros where it pads. */
export async function sampledPatches(input: Tensor, window: Window, most: number, seed: number): Promise<Rows> {
  const values = await input.data();
  const [samples, height, width, channels] =
    input.shape.length === 3 ? [input.shape[0], 1, input.shape[1], input.shape[2]] : input.shape;
  const rows = alongAxis(height, window, 0);
  const columns = alongAxis(width, window, 1);
  const places = chosen(samples * rows.count * columns.count, most, seed);
  const [kernelRows, kernelColumns] = window.kernel;
  const size = kernelRows * kernelColumns * channels;
  const data = new Float32Array(places.length * size);
  for (const [patch, place] of places.entries()) {
    const sample = Math.floor(place / (rows.count * columns.count));
    const inside = place % (rows.count * columns.count);
    const top = Math.floor(inside / columns.count) * window.strides[0] - rows.before;
    const left = (inside % columns.count) * window.strides[1] - columns.before;
    for (let i = 0; i < kernelRows; i++) {
      const y = top + i * window.dilation[0];
      if (y < 0 || y >= height) continue;
      for (let j = 0; j < kernelColumns; j++) {
        const x = left + j * window.dilation[1];
        if (x < 0 || x >= width) continue;
        const from = ((sample * height + y) * width + x) * channels;
        data.set(values.subarray(from, from + channels), patch * size + (i * kernelColumns + j) * channels);
      }
    }
  }
  return { data, count: places.length };
}

/** Outputs along an axis, and how many zeros TensorFlow puts before it. */
function alongAxis(side: number, { kernel, strides, dilation, padding }: Window, axis: 0 | 1) {
  const reach = (kernel[axis] - 1) * dilation[axis] + 1;
  if (padding === 'valid') return { count: Math.max(0, Math.ceil((side - reach + 1) / strides[axis])), before: 0 };
  const count = Math.ceil(side / strides[axis]);
  const padded = Math.max(0, (count - 1) * strides[axis] + reach - side);
  return { count, before: Math.floor(padded / 2) };
}

/** All of `count` places in order, or `most` of them at random. */
function chosen(count: number, most: number, seed: number): number[] {
  if (count <= most) return Array.from({ length: count }, (_, place) => place);
  const random = createRandom(seed);
  return Array.from({ length: most }, () => random.integer(count));
}
