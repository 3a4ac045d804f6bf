// Gains of output channels, passed to methods as the importance of entries.
import { isGCompressError } from '@gcompress/core';
import { uniform } from '@gcompress/uniform';
import { expect, it } from 'vitest';
import { pack } from '../src/index.ts';
import { packedModel } from '../src/load/index.ts';

/** A graph that multiplies with `w [16, 4]`, or with `v [4, 16]` transposed. */
const artifacts = {
  modelTopology: {
    node: [
      { name: 'x', op: 'Placeholder' },
      { name: 'w', op: 'Const' },
      { name: 'v', op: 'Const' },
      { name: 'y', op: 'MatMul', input: ['x', 'w'] },
      { name: 'z', op: 'MatMul', input: ['x', 'v'], attr: { transpose_b: { b: true } } },
    ],
  },
  weightSpecs: [
    { name: 'w', shape: [16, 4], dtype: 'float32' as const },
    { name: 'v', shape: [4, 16], dtype: 'float32' as const },
  ],
  weightData: Float32Array.from({ length: 128 }, (_, at) => Math.sin(at + at ** 2)).buffer,
};
const method = uniform({ step: 0.01, steps: 'importance', rateWeight: 0, allowLarger: true });
const gains = Float64Array.of(1, 100, 0.01, 1);

it('give the channels that count most the smallest steps', async () => {
  const channelGains = new Map([
    ['w', gains],
    ['v', gains],
  ]);
  const { bytes } = await pack(artifacts, { method, channelGains, minElements: 1 });
  const loaded = await packedModel(bytes).load?.();
  const before = new Float32Array(artifacts.weightData);
  const after = new Float32Array(loaded?.weightData as ArrayBuffer);
  const largest = (of: (at: number) => number) =>
    [0, 1, 2, 3].map((channel) =>
      Math.max(...after.map((value, at) => (of(at) === channel ? Math.abs(value - before[at]) : 0))),
    );
  for (const errors of [largest((at) => (at < 64 ? at % 4 : -1)), largest((at) => (at < 64 ? -1 : (at - 64) >> 4))]) {
    for (const [channel, error] of errors.entries()) {
      const step = 0.01 / Math.sqrt(gains[channel]);
      expect(error).toBeLessThan(0.6 * step);
      expect(error).toBeGreaterThan(0.2 * step);
    }
  }
});

it('are refused when they belong to another model', async () => {
  const wrong: readonly unknown[] = [
    null,
    {},
    [gains],
    new Map([['x', gains]]),
    new Map([['w', gains.subarray(1)]]),
    new Map([['w', [1, 1, 1, 1]]]),
    new Map([['w', Float64Array.of(1, -1, 1, 1)]]),
    new Map([['w', Float64Array.of(1, Number.NaN, 1, 1)]]),
    new Map([['w', new Float64Array(4)]]),
  ];
  for (const channelGains of wrong) {
    const error: unknown = await pack(artifacts, { channelGains } as never).catch((caught: unknown) => caught);
    expect(isGCompressError(error) && error.code).toBe('invalid-option');
    expect(String(error)).toContain('channelGains');
  }
});
