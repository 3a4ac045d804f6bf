// Rules for products with pruned matrices: the kept values and their columns, row after row.
import type { PackedTensor } from '@gcompress/core';
import { packBits } from '@gcompress/core/storage';
import { prunedEntries } from '@gcompress/pruning/format';
import type { StoredForm } from '@gcompress/tfjs/layers';
import { EIGHT_ROWS, type FormatRules } from './format-kernel.ts';

/** Most columns, because 16 bits number them and count the entries of a row. */
const MOST_COLUMNS = 2 ** 16 - 1;
/** Largest fraction of kept entries at which the product is faster than the dense product. */
const LARGEST_SHARE = { simd: 0.12, eightRows: 0.21, portable: 0.3 };

/** Matrices of at most 65,535 columns with float32 values. The values are read in place; each takes a byte or two more for its column. */
export const pruningRules: FormatRules = {
  format: 'pruning',
  supports: ({ shape: [, cols], tensors }) => cols <= MOST_COLUMNS && tensors.values?.dtype === 'float32',
  pays(form, simd) {
    const share = keptShare(form);
    if (!simd) return share <= LARGEST_SHARE.portable;
    return share <= LARGEST_SHARE.simd || (share <= LARGEST_SHARE.eightRows && EIGHT_ROWS);
  },
  prepare({ form, tensors, packed }, loops) {
    const [rows, cols] = form.shape;
    const kept = keptColumns(prunedEntries(packed()), rows, cols);
    const matrix = {
      rows,
      cols,
      counts: loops.hold(kept.counts),
      countBytes: 2 as const,
      columns: loops.hold(kept.columns),
      columnBytes: kept.columns.BYTES_PER_ELEMENT as 1 | 2,
      values: loops.borrow(tensors.values, 'float32'),
      valueBytes: 4 as const,
      step: 1,
    };
    const restore = () => {
      const counts = new Uint16Array(loops.bytesOf(matrix.counts).slice().buffer);
      const columns = loops.bytesOf(matrix.columns).slice();
      return maskOf(form, counts, matrix.columnBytes === 1 ? columns : new Uint16Array(columns.buffer));
    };
    return {
      numbers: [matrix.counts, matrix.columns, matrix.values],
      multiply: (x) => loops.sparse(x, matrix),
      takenOver: { names: ['mask', 'gaps'], restore },
    };
  },
};

/** The number of kept entries of each row, and the columns of all. */
function keptColumns(entries: Int32Array, rows: number, cols: number) {
  const counts = new Uint16Array(rows);
  const columns = new (cols <= 256 ? Uint8Array : Uint16Array)(entries.length);
  for (let row = 0, at = 0; row < rows; row++) {
    const [first, end] = [row * cols, (row + 1) * cols];
    for (; at < entries.length && entries[at] < end; at++) {
      counts[row]++;
      columns[at] = entries[at] - first;
    }
  }
  return { counts, columns };
}

/** The stored positions of kept entries: one bit for each block. */
function maskOf(
  { shape: [rows, cols], config }: StoredForm,
  counts: Uint16Array,
  columns: Uint8Array | Uint16Array,
): Record<string, PackedTensor> {
  const [height, width] = [Number(config.blockHeight), Number(config.blockWidth)];
  const across = Math.ceil(cols / width);
  const flags = new Uint8Array(across * Math.ceil(rows / height));
  for (let row = 0, at = 0; row < rows; row++) {
    const first = Math.floor(row / height) * across;
    for (const end = at + counts[row]; at < end; at++) flags[first + Math.floor(columns[at] / width)] = 1;
  }
  const data = packBits(flags, 1);
  return { mask: { shape: [data.length], data } };
}

/** The fraction of kept entries. */
function keptShare({ shape: [rows, cols], tensors }: StoredForm): number {
  return tensors.values.shape[0] / (rows * cols);
}
