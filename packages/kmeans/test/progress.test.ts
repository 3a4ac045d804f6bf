// How often the inner loops report their progress.
import { matrix } from '@gcompress/core';
import { testProgress } from '@gcompress/fixtures/progress';
import { expect, it } from 'vitest';
import { kMeans } from '../src/index.ts';

testProgress({
  'single entries': [kMeans({ levels: 16 }), [128, 128], 4],
  'many codebooks': [kMeans({ levels: 4, codebooks: 'column' }), [60, 20], 21],
  blocks: [kMeans({ levels: 32, blockSize: 4, restarts: 2, iterations: 12, tolerance: 0 }), [160, 160], 4],
  'blocks with weights of entries': [kMeans({ levels: 16, blockSize: 3, restarts: 1, iterations: 4 }), [100, 100], 2],
});

it.each([
  ['single entries', kMeans({ levels: 16 })],
  ['blocks', kMeans({ levels: 16, blockSize: 4, restarts: 1 })],
  ['pruned blocks', kMeans({ levels: 16, blockSize: 4, restarts: 1, pruningFraction: 0.5 })],
])('kMeans reports progress while it sorts, draws and prunes equal values: %s', (_, compressor) => {
  const calls: number[] = [];
  const ones = matrix([512, 512], new Float32Array(2 ** 18).fill(1));
  compressor.compress(ones, { onProgress: (done) => calls.push(done) });
  expect(calls.length).toBeGreaterThan(5);
  expect(calls).toEqual([...calls].sort((a, b) => a - b));
});
