// The kept entries of a stored matrix without the matrix: those of its mask, in every stored form of positions.
import { createRandom, matrix, type PackedMatrix } from '@gcompress/core';
import fc from 'fast-check';
import { expect, it } from 'vitest';
import { prunedEntries } from '../src/format.ts';
import { pruned, prunedFormat } from '../src/index.ts';

function packedMatrix(rows: number, cols: number, height: number, width: number, sparsity: number): PackedMatrix {
  const random = createRandom(rows * cols);
  const weights = matrix(
    [rows, cols],
    // Rows of different size, so that positions are worth coding
    Float32Array.from({ length: rows * cols }, (_, at) => random.normal() / (1 + Math.floor(at / cols))),
  );
  return pruned({ sparsity, structure: { blockHeight: height, blockWidth: width }, allowLarger: true })
    .compress(weights)
    .pack();
}

it('are the entries of the mask, for blocks of any size, also those cut off by the edges', () => {
  const sides = fc.tuple(fc.integer({ min: 1, max: 40 }), fc.integer({ min: 1, max: 40 }));
  const blocks = fc.tuple(fc.integer({ min: 1, max: 5 }), fc.integer({ min: 1, max: 5 }));
  fc.assert(
    fc.property(sides, blocks, fc.constantFrom(0, 0.3, 0.9, 0.99), ([rows, cols], [height, width], sparsity) => {
      const packed = packedMatrix(rows, cols, Math.min(height, rows), Math.min(width, cols), sparsity);
      const decoded = prunedFormat.codec?.decode(packed) ?? packed;
      const { mask } = prunedFormat.unpack(packed);
      const expected = [...mask.data.keys()].filter((entry) => mask.data[entry] === 1);
      expect([...prunedEntries(packed)]).toEqual(expected);
      expect([...prunedEntries(decoded)]).toEqual(expected);
    }),
  );
});

it.each([
  { form: 'coded-mask', rows: 64, sparsity: 0.5 },
  { form: 'gaps', rows: 64, sparsity: 0.999 },
  { form: 'mask', rows: 2, sparsity: 0.5 },
])('are read from $form', ({ form, rows, sparsity }) => {
  const packed = packedMatrix(rows, 64, 1, 1, sparsity);
  expect(Object.keys(packed.tensors)).toContain(form);
  expect(prunedEntries(packed)).toHaveLength(packed.tensors.values.data.length);
});

it('refuse a number of values that is not the number of kept entries', () => {
  const packed = packedMatrix(8, 8, 1, 1, 0.5);
  const values = { shape: [31], data: (packed.tensors.values.data as Float32Array).slice(1) };
  const damaged = { ...packed, tensors: { ...packed.tensors, values } };
  expect(() => prunedEntries(damaged)).toThrow(expect.objectContaining({ code: 'file-tensor' }));
  expect(() => prunedEntries(undefined as never)).toThrow(expect.objectContaining({ code: 'invalid-option' }));
});
