import { createRandom } from '@gcompress/core';
import { describe, expect, it } from 'vitest';
import { CROP, centredInputs, distortedInputs, INPUT_SIZE } from '../src/inputs.ts';
import { noise } from './helpers.ts';

const pictures = noise(4);

/** The levels of one channel in a part of a picture. */
function channelOf(picture: number, top: number, left: number, channel: number, mirrored: boolean): number[] {
  return Array.from({ length: CROP * CROP }, (_, i) => {
    const row = Math.floor(i / CROP);
    const column = mirrored ? CROP - 1 - (i % CROP) : i % CROP;
    return pictures.pixels[((picture * 32 + top + row) * 32 + left + column) * 3 + channel];
  });
}

function correlation(a: ArrayLike<number>, b: readonly number[]): number {
  const mean = (values: ArrayLike<number>) => Array.from(values).reduce((sum, value) => sum + value, 0) / values.length;
  const [meanA, meanB] = [mean(a), mean(b)];
  const dot = (x: ArrayLike<number>, mx: number, y: ArrayLike<number>, my: number) =>
    Array.from(x).reduce((sum, value, i) => sum + (value - mx) * (y[i] - my), 0);
  return dot(a, meanA, b, meanB) / Math.sqrt(dot(a, meanA, a, meanA) * dot(b, meanB, b, meanB));
}

describe('distortedInputs', () => {
  const inputs = distortedInputs(pictures, [2, 0, 2, 1], createRandom(4));

  it('takes a part of the right picture, perhaps mirrored, channel by channel', () => {
    const places = new Set<string>();
    for (const [index, picture] of [2, 0, 2, 1].entries()) {
      const input = inputs.subarray(index * INPUT_SIZE, (index + 1) * INPUT_SIZE);
      const red = input.filter((_, at) => at % 3 === 0);
      const found = Array.from(
        { length: 9 * 9 * 2 },
        (_, i) => [Math.floor(i / 18), Math.floor(i / 2) % 9, i % 2] as const,
      ).find(([top, left, mirrored]) => correlation(red, channelOf(picture, top, left, 0, mirrored === 1)) > 0.999999);
      expect(found).toBeDefined();
      const [top, left, mirrored] = found ?? [0, 0, 0];
      for (const channel of [1, 2]) {
        const values = input.filter((_, at) => at % 3 === channel);
        // Brightness and contrast are the same line for all values of a channel
        expect(correlation(values, channelOf(picture, top, left, channel, mirrored === 1))).toBeCloseTo(1, 5);
      }
      places.add(String(found));
    }
    expect(places.size).toBe(4);
  });

  it('standardises each picture', () => {
    for (let i = 0; i < 4; i++) {
      const input = Array.from(inputs.subarray(i * INPUT_SIZE, (i + 1) * INPUT_SIZE));
      const mean = input.reduce((sum, value) => sum + value, 0) / INPUT_SIZE;
      expect(mean).toBeCloseTo(0, 5);
      expect(input.reduce((sum, value) => sum + (value - mean) ** 2, 0) / INPUT_SIZE).toBeCloseTo(1, 4);
    }
  });

  it('gives the same for the same seed, and something else for another', () => {
    expect(distortedInputs(pictures, [2, 0, 2, 1], createRandom(4))).toEqual(inputs);
    expect(distortedInputs(pictures, [2, 0, 2, 1], createRandom(5))).not.toEqual(inputs);
  });
});

describe('centredInputs', () => {
  it('takes the middle', () => {
    const input = centredInputs(pictures, 3, 4);
    for (const channel of [0, 1, 2]) {
      const values = input.filter((_, at) => at % 3 === channel);
      expect(correlation(values, channelOf(3, 4, 4, channel, false))).toBeCloseTo(1, 5);
    }
  });

  it('makes zeros of a picture of one colour', () => {
    const grey = { ...pictures, pixels: new Uint8Array(pictures.pixels.length).fill(90) };
    expect(centredInputs(grey, 0, 2)).toEqual(new Float32Array(2 * INPUT_SIZE));
  });
});
