// Noise that stands in for pictures.
import { isGCompressError } from '@gcompress/core';
import * as tf from '@tensorflow/tfjs';
import { describe, expect, it } from 'vitest';
import { syntheticInputs } from '../src/index.ts';

describe('syntheticInputs', () => {
  it('have the shapes, types and range of the signature', () => {
    const signature = [
      { shape: [null, null, 40, 3], dtype: 'float32' },
      { shape: [-1, 100, 1] },
      { shape: [null, 7], dtype: 'int32' },
    ];
    const inputs = syntheticInputs(signature, 1, { count: 2, range: [-3, 3], side: 24 });
    expect(inputs.map(({ shape }) => shape)).toEqual([
      [2, 24, 40, 3],
      [2, 100, 1],
      [2, 7],
    ]);
    expect(inputs.map(({ dtype }) => dtype)).toEqual(['float32', 'float32', 'int32']);
    for (const values of inputs.map((input) => input.dataSync())) {
      expect(values.every((value) => value >= -3 && value <= 3)).toBe(true);
      expect(new Set(values).size).toBeGreaterThan(2);
    }
  });

  it('are the same for a seed, on every call', () => {
    const values = (seed: number) => [
      ...syntheticInputs([{ shape: [null, 8, 8, 3] }], seed, { count: 1 })[0].dataSync(),
    ];
    expect(values(4)).toEqual(values(4));
    expect(values(4)).not.toEqual(values(5));
  });

  it('have neighbours alike, as pictures have: nearer ones more than distant ones', () => {
    const [input] = syntheticInputs([{ shape: [null, 64, 64, 1] }], 0, { count: 8, range: [-100, 100] });
    const correlation = (distance: number) =>
      tf.tidy(() => {
        const left = tf.slice(input, [0, 0, 0, 0], [8, 64, 64 - distance, 1]);
        const right = tf.slice(input, [0, 0, distance, 0], [8, 64, 64 - distance, 1]);
        return left.mul(right).mean().div(input.square().mean()).dataSync()[0];
      });
    const [near, middle, far] = [1, 4, 16].map(correlation);
    expect(near).toBeGreaterThan(0.7);
    expect(near).toBeGreaterThan(middle + 0.1);
    expect(middle).toBeGreaterThan(far + 0.1);
  });

  it('are refused for other signatures and options', () => {
    const wrong: readonly (readonly unknown[])[] = [
      [null],
      [[]],
      [[null]],
      [[{ shape: 3 }]],
      [[{ shape: [null, 'x'] }]],
      [[{ shape: [null, 3] }], 0.5],
      [[{ shape: [null, 3] }], 0, { count: 0 }],
      [[{ shape: [null, 3] }], 0, { range: [1, 0] }],
      [[{ shape: [null, 3], dtype: 'int32' }], 0, { range: [0.2, 0.8] }],
      [[{ shape: [null, 3] }], 0, { side: Number.NaN }],
      [[{ shape: [null, 3], dtype: 'string' }]],
    ];
    for (const given of wrong) {
      let error: unknown;
      try {
        (syntheticInputs as (...all: unknown[]) => unknown)(...given);
      } catch (caught) {
        error = caught;
      }
      expect(isGCompressError(error)).toBe(true);
    }
  });
});
