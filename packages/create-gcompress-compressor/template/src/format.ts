// The decoder: how a matrix comes back from its factors.
import { type CompressedFormat, floatFactor } from '@gcompress/core';
import { assertVersion, packedTensor } from '@gcompress/core/storage';

/**
 * How a matrix comes back from its factors. Replace it with the format of your method; import nothing but `@gcompress/core` and its entries here,
 * so that a page which only decodes carries no more.
 *
 * What stands here is a product of a column and a row, `Ŵ = column · row`, with `column [m, 1]` and `row [1, n]`. Stored form,
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

  // What comes in may be hostile: check whatever is used as a size or an index
  unpack(packed) {
    assertVersion(packed, 1);
    const [rows, columns] = packed.shape;
    const column = packedTensor(packed, 'column', 'float32', [rows, 1]);
    const row = packedTensor(packed, 'row', 'float32', [1, columns]);
    return { column: floatFactor(column.shape, column.data), row: floatFactor(row.shape, row.data) };
  },
};
