import { normalMatrix } from '@gcompress/testkit';
import { describe, expect, it } from 'vitest';
import { kMeans } from '../src/index.ts';

// Sizes at which each inner loop must report its progress itself
describe.each([
  ['single entries', kMeans({ levels: 16 }), [128, 128] as const, 4],
  ['many codebooks', kMeans({ levels: 4, codebooks: 'column' }), [60, 20] as const, 21],
  ['blocks', kMeans({ levels: 32, blockSize: 4, restarts: 2, iterations: 12, tolerance: 0 }), [160, 160] as const, 4],
  [
    'blocks with weights of entries',
    kMeans({ levels: 16, blockSize: 3, restarts: 1, iterations: 4 }),
    [100, 100] as const,
    2,
  ],
])('kMeans with %s', (_, compressor, shape, least) => {
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
