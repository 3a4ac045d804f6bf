// Every format that codes its tensors: what is stored comes back, whichever form each tensor took, in no more bytes than planned.
import { type MatrixCompressor, matrix } from '@gcompress/core';
import { dictLearn } from '@gcompress/dictlearn';
import { kMeans } from '@gcompress/kmeans';
import { pruned, prunedKMeans } from '@gcompress/pruning';
import fc from 'fast-check';
import { expect, it } from 'vitest';

const METHODS: Readonly<Record<string, readonly [form: string, compressor: MatrixCompressor][]>> = {
  'k-means': [
    ['encoding', kMeans({ levels: 6, allowLarger: true })],
    ['encoding', kMeans({ levels: 5, blockSize: 3, codebooks: { columns: 6 }, allowLarger: true })],
  ],
  pruning: [
    ['mask', pruned({ sparsity: 0.9, allowLarger: true })],
    ['mask', pruned({ sparsity: 0.8, structure: { blockHeight: 2, blockWidth: 3 }, allowLarger: true })],
  ],
  'pruning and k-means': [['encoding', prunedKMeans({ sparsity: 0.6, levels: 7, allowLarger: true })]],
  'sparse codes': [
    ['values', dictLearn({ atoms: 12, nonzeros: 2, signalLength: 4, valueBits: 5, iterations: 1, allowLarger: true })],
    ['mask', dictLearn({ atoms: 6, nonzeros: 4, valueBits: 4, iterations: 1, allowLarger: true })],
  ],
};

/** Matrices of which some columns are large, the more of them the larger `even`. */
const matrices = fc
  .record({
    rows: fc.integer({ min: 8, max: 60 }),
    columns: fc.integer({ min: 8, max: 24 }),
    even: fc.constantFrom(0.02, 0.3, 1),
    seed: fc.integer({ min: 1, max: 2 ** 30 }),
  })
  .map(({ rows, columns, even, seed }) => {
    let state = seed;
    const next = () => {
      state = (Math.imul(state, 1_664_525) + 1_013_904_223) >>> 0;
      return state / 2 ** 32 - 0.5;
    };
    const sizes = Array.from({ length: columns }, () => (next() + 0.5 < even ? 1 : 0.01));
    return matrix(
      [rows, columns],
      Float32Array.from({ length: rows * columns }, (_, at) => sizes[at % columns] * next() ** 3),
    );
  });

it.each(Object.entries(METHODS))('%s comes back from its stored form, packed or coded', (_, methods) => {
  const forms = new Set<string>();
  fc.assert(
    fc.property(matrices, (weights) => {
      for (const [tensor, compressor] of methods) {
        const compressed = compressor.compress(weights);
        if ('then' in compressed) throw new Error('expected a result at once');
        const stored = compressed.pack();
        expect(compressed.byteLength).toBeLessThanOrEqual(compressor.plan(weights.shape).byteLength);
        const { factors, shape, config, format } = compressed;
        const trimmed = format.trim?.({ factors, shape, config }) ?? { factors };
        const again = format.unpack(stored);
        for (const [name, { data }] of Object.entries(trimmed.factors)) {
          expect(Buffer.from(again[name].data.buffer).equals(Buffer.from(data.slice().buffer)), name).toBe(true);
        }
        for (const name of Object.keys(stored.tensors)) if (name.endsWith(tensor)) forms.add(name);
      }
    }),
    { numRuns: 25, seed: 1 },
  );
  expect([...forms].some((name) => name.startsWith('coded-'))).toBe(true);
});
