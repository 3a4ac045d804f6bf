import { normalMatrix } from '@gcompress/testkit';
import { describe, expect, it } from 'vitest';
import { dictLearn } from '../src/index.ts';

// Sizes at which each inner loop must report its progress itself
describe.each([
  ['rows', dictLearn({ atoms: 24, nonzeros: 4, iterations: 2 }), [120, 48] as const, 7],
  ['many atoms a signal', dictLearn({ atoms: 60, nonzeros: 12, iterations: 1 }), [200, 48] as const, 7],
  ['pieces, of which a sample is learned from', dictLearn({ ratio: 8, iterations: 1 }), [128, 96] as const, 6],
  ['as many nonzeros as atoms', dictLearn({ atoms: 6, nonzeros: 6 }), [80, 70] as const, 4],
])('dictLearn with %s', (_, compressor, shape, least) => {
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
