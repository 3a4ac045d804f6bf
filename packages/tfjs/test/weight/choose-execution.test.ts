// When a compressed weight is computed from its factors.
import type { CompressedFormat } from '@gcompress/core';
import fc from 'fast-check';
import { expect, it } from 'vitest';
import { chooseExecution, type Preference, type WeightUse } from '../../src/weight/choose-execution.ts';
import type { InferenceKernel } from '../../src/weight/inference-kernel.ts';

const uses: readonly WeightUse[] = ['read', 'matMul', 'transposedMatMul', 'lookup'];

const choices = fc.record({
  use: fc.constantFrom(...uses),
  multiplies: fc.boolean(),
  looksUp: fc.boolean(),
  product: fc.boolean(),
  pays: fc.constantFrom(true, false, undefined),
  constantValues: fc.option(fc.nat(200), { nil: undefined }),
});

const result = (): never => {
  throw new Error('not to be called');
};

it('factors are chosen exactly if the format can use them, multiplyPays does not deny it, and a kept copy would not be smaller', () => {
  fc.assert(
    fc.property(choices, ({ use, multiplies, looksUp, product, pays, constantValues }) => {
      const format: CompressedFormat = {
        id: 'test',
        version: 1,
        reconstruct: result,
        pack: result,
        unpack: result,
        ...(multiplies && { multiply: result }),
        ...(looksUp && { lookup: result }),
        ...(product && { product: ['a', 'b'] }),
        ...(pays !== undefined && { multiplyPays: () => pays }),
      };
      const can = { read: false, matMul: multiplies, transposedMatMul: product, lookup: looksUp }[use];
      const isProduct = use === 'matMul' || use === 'transposedMatMul';
      const smaller = constantValues === undefined || constantValues < 10 * 10;
      const factors = can && smaller && !(isProduct && pays === false);
      const count = constantValues === undefined ? undefined : () => constantValues;
      const form = { shape: [10, 10], config: {} } as const;
      expect(chooseExecution({ format, form, use, constantValues: count }).execution).toBe(
        factors ? 'factors' : 'dense',
      );
    }),
  );
});

it('a kernel is chosen exactly if it is for this format, backend and use, supports the form, and pays for the batch or saves memory', () => {
  const format: CompressedFormat = { id: 'test', version: 1, reconstruct: result, pack: result, unpack: result };
  const stored = { shape: [10, 10], config: {}, tensors: {} } as const;
  const ranges = fc
    .tuple(fc.integer({ min: 1, max: 20 }), fc.option(fc.nat(20), { nil: undefined }))
    .map(([from, length]) => ({ from, ...(length !== undefined && { to: from + length }) }));
  const kernelChoices = fc.record({
    use: fc.constantFrom(...uses),
    ofFormat: fc.constantFrom('test', 'other'),
    ofBackend: fc.constantFrom('cpu', 'wasm'),
    looksUp: fc.boolean(),
    supports: fc.boolean(),
    pays: fc.oneof(fc.boolean(), ranges),
    prefer: fc.constantFrom<Preference>('speed', 'memory'),
    batch: fc.nat(50),
  });
  fc.assert(
    fc.property(kernelChoices, ({ use, ofFormat, ofBackend, looksUp, supports, pays, prefer, batch }) => {
      const kernel: InferenceKernel = {
        format: ofFormat,
        backend: ofBackend,
        supports: () => supports,
        pays: () => pays,
        prepare: result,
        multiply: result,
        ...(looksUp && { lookup: result }),
        heldBytes: result,
        dispose: result,
      };
      const choice = { kernels: [kernel], backend: 'cpu', prefer, stored };
      const can = use === 'matMul' || (use === 'lookup' && looksUp);
      const fits = can && ofFormat === 'test' && ofBackend === 'cpu' && supports;
      const chosenFor = (rows: number) => chooseExecution({ format, form: stored, use, kernel: choice, batch: rows });
      const expectedFor = (rows: number) => {
        const isPaid = typeof pays === 'boolean' ? pays : Math.max(1, rows) >= pays.from && rows <= (pays.to ?? rows);
        return fits && (isPaid || prefer === 'memory') ? 'kernel' : 'dense';
      };
      const { execution, batches, kernel: found } = chosenFor(batch);
      expect(execution).toBe(expectedFor(batch));
      expect(found).toBe(execution === 'kernel' ? kernel : undefined);
      // The range has the batch, and ends where the choice changes
      const { from, to = 100 } = batches;
      expect(Math.max(1, batch)).toBeGreaterThanOrEqual(from);
      expect(batch).toBeLessThanOrEqual(to);
      for (let rows = from; rows <= to; rows++) expect(expectedFor(rows)).toBe(execution);
      if (from > 1) expect(expectedFor(from - 1)).not.toBe(execution);
      if (to < 100) expect(expectedFor(to + 1)).not.toBe(execution);
    }),
  );
});
