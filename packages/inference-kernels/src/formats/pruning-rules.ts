// Rules for products with pruned matrices: the kept values, and the gaps between them.
import type { PackedTensor } from '@gcompress/core';
import { packBits } from '@gcompress/core/storage';
import type { StoredForm } from '@gcompress/tfjs/layers';
import type { FormatRules } from './format-kernel.ts';
import { entriesOf, gapStream } from './gap-stream.ts';

/** Most entries, because 32 bits count the bits of all gaps. */
const MOST_ENTRIES = 2 ** 28;
/** Largest fraction of kept entries at which the product is faster than the dense product. */
const LARGEST_SHARE = { simd: 0.05, portable: 0.3 };

/** Matrices with float32 values. The values are read in place; each entry takes half a byte or a byte more. */
export const pruningRules: FormatRules = {
  format: 'pruning',
  supports: ({ shape: [rows, cols], tensors }) => rows * cols <= MOST_ENTRIES && tensors.values?.dtype === 'float32',
  pays: (form, simd) => keptShare(form) <= (simd ? LARGEST_SHARE.simd : LARGEST_SHARE.portable),
  prepare({ format, form, tensors, packed }, loops) {
    const [, cols] = form.shape;
    const mask = format.unpack(packed()).mask.data;
    const { bytes, bits } = gapStream(mask);
    const count = tensors.values.size;
    const gaps = loops.hold(bytes);
    const values = loops.borrow(tensors.values, 'float32');
    const restore = () => maskOf(form, entriesOf(loops.bytesOf(gaps), bits, count));
    return {
      numbers: [gaps, values],
      multiply: (x) => loops.pruned(x, { cols, gaps, gapBits: bits, values, count }),
      takenOver: { names: ['mask', 'gaps'], restore },
    };
  },
};

/** The stored positions of kept entries: one bit for each block. */
function maskOf({ shape: [rows, cols], config }: StoredForm, entries: Iterable<number>): Record<string, PackedTensor> {
  const [height, width] = [Number(config.blockHeight), Number(config.blockWidth)];
  const across = Math.ceil(cols / width);
  const flags = new Uint8Array(across * Math.ceil(rows / height));
  for (const entry of entries) {
    const col = entry % cols;
    flags[Math.floor((entry - col) / cols / height) * across + Math.floor(col / width)] = 1;
  }
  const data = packBits(flags, 1);
  return { mask: { shape: [data.length], data } };
}

/** The fraction of kept entries. */
function keptShare({ shape: [rows, cols], tensors }: StoredForm): number {
  return tensors.values.shape[0] / (rows * cols);
}
