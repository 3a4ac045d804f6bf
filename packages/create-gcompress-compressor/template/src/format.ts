// The decoder: reconstructs a matrix from its factors.
import { type CompressedFormat, floatFactor } from '@gcompress/core';
import { assertVersion, packedTensor } from '@gcompress/core/storage';

/**
 * The format of `myMethod`; replace it with your own. Import only `@gcompress/core` and its entries here, so that a page that only
 * decodes loads no encoder.
 *
 * This example is a product of a column and a row, `Ŵ = column · row`, with `column [m, 1]` and `row [1, n]`. Stored form,
 * version 1: both as float32; no config.
 */
export const myMethodFormat: CompressedFormat<'column' | 'row'> = {
  id: 'gcompress-my-method/my-method',
  version: 1,

  reconstruct: (ops, { column, row }) => ops.matMul(column, row),

  // Optional: `x · Ŵ` without building Ŵ
  multiply: (ops, x, { column, row }) => ops.matMul(ops.matMul(x, column), row),

  pack: ({ factors: { column, row } }) => ({
    column: { shape: column.shape, data: column.data },
    row: { shape: row.shape, data: row.data },
  }),

  // The input may be hostile: check every size and index
  unpack(packed) {
    assertVersion(packed, 1);
    const [rows, columns] = packed.shape;
    const column = packedTensor(packed, 'column', 'float32', [rows, 1]);
    const row = packedTensor(packed, 'row', 'float32', [1, columns]);
    return { column: floatFactor(column.shape, column.data), row: floatFactor(row.shape, row.data) };
  },
};
