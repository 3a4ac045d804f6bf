import { normalMatrix } from '@gcompress/testkit';
import { describe, expect, it } from 'vitest';
import { simhash } from '../src/index.ts';

// Sizes at which each inner loop must report its progress itself
describe.each([
  ['orthogonal', simhash({ bits: 100, refine: 2 }), [64, 64] as const, 4],
  ['orthogonal, many digits', simhash({ bits: 600, refine: 2 }), [96, 80] as const, 6],
  ['gaussian', simhash({ bits: 200, planes: 'gaussian', refine: 2 }), [96, 80] as const, 8],
  ['fitted', simhash({ bits: 8, planes: 'fitted', refine: 2 }), [64, 128] as const, 5],
])('simhash with planes %s', (_, compressor, shape, least) => {
  const original = normalMatrix(shape, 3);
  const told: number[] = [];
  compressor.compress(original, { onProgress: (done) => told.push(done) });

  it('reports progress often, rising from 0 to 1', () => {
    expect(told[0]).toBe(0);
    expect(told.at(-1)).toBe(1);
    expect(told).toEqual([...told].sort((a, b) => a - b));
    expect(told.filter((done) => done === 1)).toHaveLength(1);
    expect(told.length).toBeGreaterThanOrEqual(least);
  });

  it('throws the reason of the signal at every report at which it is aborted', () => {
    // Every report if there are few, otherwise an even selection
    const step = Math.ceil(told.length / 12);
    for (let call = told.length; call > 0; call -= step) {
      const controller = new AbortController();
      let calls = 0;
      const onProgress = () => {
        if (++calls === call) controller.abort(new Error(`at ${call}`));
      };
      expect(() => compressor.compress(original, { signal: controller.signal, onProgress })).toThrow(`at ${call}`);
      expect(calls).toBe(call);
    }
  });
});
