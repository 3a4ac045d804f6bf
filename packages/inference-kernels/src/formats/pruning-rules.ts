// Rules for products with pruned matrices: only the kept entries, row by row.
import type { StoredForm } from '@gcompress/tfjs/layers';
import type { FormatRules } from './format-kernel.ts';

/** Most columns, because 16 bits index them. */
const MOST_COLUMNS = 2 ** 16;
/** Largest fraction of kept entries at which the product is faster than the dense product. */
const LARGEST_SHARE = { simd: 0.12, portable: 0.3 };

/** Matrices of at most 65,536 columns with float32 values. The values are read in place; each entry takes two more bytes. */
export const pruningRules: FormatRules = {
  format: 'pruning',
  supports: ({ shape: [, cols], tensors }) => cols <= MOST_COLUMNS && tensors.values?.dtype === 'float32',
  pays: (form, simd) => keptShare(form) <= (simd ? LARGEST_SHARE.simd : LARGEST_SHARE.portable),
  prepare({ format, form, tensors, packed }, loops) {
    const [rows, cols] = form.shape;
    const mask = format.unpack(packed()).mask.data;
    const ends = new Uint32Array(rows);
    const columns = new Uint16Array(tensors.values.size);
    let count = 0;
    for (let row = 0, at = 0; row < rows; row++) {
      for (let col = 0; col < cols; col++, at++) if (mask[at] !== 0) columns[count++] = col;
      ends[row] = count;
    }
    const matrix = {
      rows,
      cols,
      ends: loops.hold(ends),
      columns: loops.hold(columns),
      values: loops.borrow(tensors.values, 'float32'),
    };
    return {
      numbers: [matrix.ends, matrix.columns, matrix.values],
      multiply: (x) => loops.sparse(x, matrix),
    };
  },
};

/** The fraction of kept entries. */
function keptShare({ shape: [rows, cols], tensors }: StoredForm): number {
  return tensors.values.shape[0] / (rows * cols);
}
