// Samples the input rows of a product from a tensor, with a seed.
import { createRandom } from '@gcompress/core';
import { type Tensor, transpose } from '@tensorflow/tfjs-core';
import type { Rows, Sampling } from './rows.ts';

/** Rows along the last axis. */
export async function lastAxis([input]: readonly Tensor[], sampling: Sampling): Promise<Rows> {
  const values = await input.data();
  const width = input.shape[input.shape.length - 1];
  const places = chosenPlaces(width === 0 ? 0 : values.length / width, sampling);
  const data = new Float32Array(places.length * width);
  for (const [to, from] of places.entries()) data.set(values.subarray(from * width, (from + 1) * width), to * width);
  return { data, count: places.length };
}

/** Rows along the last axis but one, for a product that transposes its input. */
export async function lastButOneAxis([input]: readonly Tensor[], sampling: Sampling): Promise<Rows> {
  const axes = input.shape.map((_, axis) => axis);
  const turned = transpose(input, [...axes.slice(0, -2), axes.length - 1, axes.length - 2]);
  try {
    return await lastAxis([turned], sampling);
  } finally {
    turned.dispose();
  }
}

/** Ids, each of which stands for a one-hot row. */
export async function ids([input]: readonly Tensor[], sampling: Sampling): Promise<Rows> {
  const values = await input.data();
  const places = chosenPlaces(values.length, sampling);
  return { data: Float32Array.from(places, (place) => Math.trunc(Number(values[place]))), count: places.length };
}

/** All of `count` places in order, or `most` of them at random. */
export function chosenPlaces(count: number, { most, seed }: Sampling): number[] {
  if (count <= most) return Array.from({ length: count }, (_, place) => place);
  const random = createRandom(seed);
  return Array.from({ length: most }, () => random.integer(count));
}
