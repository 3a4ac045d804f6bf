// Extracts the input patches of convolutions, with zeros for padding.
import { type Tensor, transpose } from '@tensorflow/tfjs-core';
import type { RowReader, Rows, Sampling } from './rows.ts';
import { chosenPlaces } from './sampled-rows.ts';
import { type Axis, convolved, type Pair, upsampled, upsampledSide, type Window } from './window.ts';

/**
 * Patches `[kernel rows · kernel columns · channels]` of a convolution over pictures `[samples, rows, columns, channels]`, or lines
 * `[samples, columns, channels]`, or with the channels first.
 */
export function convolutionPatches(window: Window, channelsFirst: boolean): RowReader {
  return (inputs, sampling) =>
    withChannelsLast(inputs[0], channelsFirst, (input) => {
      const [, height, width] = pictureShape(input);
      return patches(input, window.kernel, [convolved(height, window, 0), convolved(width, window, 1)], sampling);
    });
}

/**
 * Patches `[kernel rows · kernel columns · channels]` of a transposed convolution: for each output the inputs that reach it, with zeros between
 * two steps of the stride. A second tensor gives the shape of the outputs; without it, the outputs have the size of Keras.
 */
export function transposedPatches(window: Window, channelsFirst: boolean): RowReader {
  return async (inputs, sampling) => {
    const shape = inputs.length > 1 ? await inputs[1].data() : undefined;
    return withChannelsLast(inputs[0], channelsFirst, (input) => {
      const [, height, width] = pictureShape(input);
      const rows = shape ? Number(shape[1]) : upsampledSide(height, window, 0);
      const columns = shape ? Number(shape[2]) : upsampledSide(width, window, 1);
      return patches(input, window.kernel, [upsampled(rows, window, 0), upsampled(columns, window, 1)], sampling);
    });
  };
}

async function patches(
  input: Tensor,
  [kernelRows, kernelColumns]: Pair,
  [rows, columns]: readonly [Axis, Axis],
  sampling: Sampling,
): Promise<Rows> {
  const values = await input.data();
  const [samples, height, width, channels] = pictureShape(input);
  const places = chosenPlaces(samples * rows.count * columns.count, sampling);
  const size = kernelRows * kernelColumns * channels;
  const data = new Float32Array(places.length * size);
  for (const [patch, place] of places.entries()) {
    const sample = Math.floor(place / (rows.count * columns.count));
    const inside = place % (rows.count * columns.count);
    const [row, column] = [Math.floor(inside / columns.count), inside % columns.count];
    for (let i = 0; i < kernelRows; i++) {
      const y = rows.from(row, i);
      if (!isInside(y, height)) continue;
      for (let j = 0; j < kernelColumns; j++) {
        const x = columns.from(column, j);
        if (!isInside(x, width)) continue;
        const from = ((sample * height + y) * width + x) * channels;
        data.set(values.subarray(from, from + channels), patch * size + (i * kernelColumns + j) * channels);
      }
    }
  }
  return { data, count: places.length };
}

function isInside(at: number, side: number): boolean {
  return at >= 0 && at < side && Number.isInteger(at);
}

function pictureShape({ shape }: Tensor): number[] {
  return shape.length === 3 ? [shape[0], 1, shape[1], shape[2]] : shape;
}

/** The picture with its channels on the last axis, for the time of the call. */
export async function withChannelsLast<R>(
  input: Tensor,
  channelsFirst: boolean,
  use: (input: Tensor) => Promise<R>,
): Promise<R> {
  if (!channelsFirst) return use(input);
  const turned = transpose(input, [0, ...input.shape.slice(2).map((_, axis) => axis + 2), 1]);
  try {
    return await use(turned);
  } finally {
    turned.dispose();
  }
}
