// Pruning by importance and by gradients, and the progress of large sorts.
import { matrix } from '@gcompress/core';
import { expect, it } from 'vitest';
import { gradientImportance, pruned, prunedKMeans, withImportance } from '../src/index.ts';
import { sortValues } from '../src/masks/sort-values.ts';
import { expectRefusal, randomMatrix } from './support.ts';

it.each([
  ['first', [1, 2], [2, 3]],
  // |w − 2·w₁ + w₂| is 0, 1
  ['second', [1, 2], [2, 3]],
] as const)('importance of the %s order follows from the movements of the weights', (order, then, now) => {
  const watch = gradientImportance({ order, decay: 0.5 });
  watch.observe(matrix([1, 2], [0, 0]));
  expect(watch.importance()).toBeUndefined();
  watch.observe(matrix([1, 2], then));
  watch.observe(matrix([1, 2], now));
  const { data = [] } = watch.importance() ?? {};
  if (order === 'second') expect([...data]).toEqual([0, 1]);
  else {
    const [slow, fast] = [0.25 / Math.sqrt(5) + 0.5 / Math.sqrt(2), 0.5 / Math.sqrt(5) + 0.5 / Math.sqrt(2)];
    expect(data[0]).toBeCloseTo((slow / fast) ** 2, 6);
    expect(data[1]).toBe(1);
  }
  expectRefusal(() => watch.observe(matrix([2, 1], [0, 0])), 'shape-mismatch');
});

it('keeps the entries of largest |w|·g, with a fixed and a growing sparsity', () => {
  const weights = matrix([1, 4], [1, -2, 3, 4]);
  const importance = () => matrix([1, 4], [1, 1, 0.01, 0.01]);
  const kept = (sparsity: Parameters<typeof pruned>[0]['sparsity']) => {
    const compressor = withImportance(pruned({ sparsity: sparsity ?? 0.5 }), importance);
    return [compressor, compressor.atStep?.(100) ?? compressor].map((own) => {
      const compressed = own.compress(weights);
      return 'decompress' in compressed ? [...compressed.decompress().data] : [];
    });
  };
  for (const sparsity of [0.5, { target: 0.5 }])
    expect(kept(sparsity)).toEqual([
      [1, -2, 0, 0],
      [1, -2, 0, 0],
    ]);
});

it.each([1, null, undefined, {}, 'second'])('refuses %o instead of options, a compressor or weights', (value) => {
  expectRefusal(() => withImportance(value as never, () => undefined), 'invalid-option');
  expectRefusal(
    () => gradientImportance({ order: value ?? 1 } as never).observe(value as never),
    value === 'second' ? 'invalid-matrix' : 'invalid-option',
  );
  expectRefusal(() => gradientImportance({ decay: 1 }), 'invalid-option');
});

it('sorts many values like the engine, and can be aborted in between', () => {
  const values = randomMatrix([300, 300]).data.map((value, at) => (at % 7 === 0 ? -value * 1e-30 : value));
  expect(sortValues(values, {})).toEqual(values.slice().sort());
  const many = new Float32Array(2 ** 19).map((_, at) => (at * 7919) % 1009);
  let calls = 0;
  sortValues(many, { onProgress: () => calls++ });
  expect(calls).toBeGreaterThanOrEqual(2);
  const signal = AbortSignal.abort(new Error('enough'));
  expect(() => sortValues(many, { signal })).toThrow('enough');
});

it('reports progress while it chooses among equal magnitudes, and can be aborted there', () => {
  const ties = matrix([512, 1024], new Float32Array(2 ** 19).fill(1));
  for (const compressor of [pruned({ sparsity: 0.5 }), prunedKMeans({ sparsity: 0.5 })]) {
    const calls: number[] = [];
    compressor.compress(ties, { onProgress: (done) => calls.push(done) });
    // The shuffle of half a million entries alone takes some 50 ms on a slow machine
    expect(calls.length).toBeGreaterThan(16);
    expect(calls).toEqual([...calls].sort((a, b) => a - b));
    const controller = new AbortController();
    let left = calls.length / 2;
    const onProgress = () => {
      if (left-- < 0) controller.abort(new Error('enough'));
    };
    expect(() => compressor.compress(ties, { signal: controller.signal, onProgress })).toThrow('enough');
  }
});
