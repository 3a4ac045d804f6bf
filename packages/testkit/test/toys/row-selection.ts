import {
  type CompressedFormat,
  type CompressOptions,
  defineMethod,
  type Factor,
  floatFactor,
  GCompressError,
  type Matrix,
  reportProgress,
} from '@gcompress/core';
import { assertKnownOptions, assertNumber } from '@gcompress/core/checks';
import { packedTensor } from '@gcompress/core/storage';

/** `selection [m, k]` of zeros and ones, `rows [k, n]` of the matrix. */
export type SelectionFactors = 'selection' | 'rows';

export const selectionFormat: CompressedFormat<SelectionFactors> = {
  id: 'acme/selection',
  version: 1,
  product: ['selection', 'rows'],
  reconstruct: (ops, { selection, rows }) => ops.matMul(selection, rows),
  multiply: (ops, x, { selection, rows }) => ops.matMul(ops.matMul(x, selection), rows),
  lookup: (ops, ids, { selection, rows }) => ops.matMul(ops.gather(selection, ids), rows),
  trim({ factors: { selection, rows }, ...form }) {
    const kept = keptRows(selection).data.slice(0, [...selection.data].filter((value) => value === 1).length);
    const [m, n] = form.shape;
    const data = rows.data.slice(0, kept.length * n) as Float32Array;
    return { ...form, factors: { selection: selectionOf(kept, m), rows: floatFactor([kept.length, n], data) } };
  },
  pack: ({ factors: { selection, rows } }) => ({ rows, kept: keptRows(selection) }),
  unpack(packed) {
    const [m, n] = packed.shape;
    const rows = packedTensor(packed, 'rows', 'float32', [null, n]);
    const k = rows.shape[0];
    const kept = packedTensor(packed, 'kept', 'uint32', [k]);
    if (kept.data.some((row, i) => row >= m || (i > 0 && row <= kept.data[i - 1]))) {
      throw new GCompressError('file-tensor', {
        where: "tensor 'kept'",
        expected: 'rising row numbers',
        actual: 'others',
      });
    }
    return { selection: selectionOf(kept.data, m), rows: floatFactor([k, n], rows.data) };
  },
};

function keptRows({ shape: [m, k], data }: Factor): { shape: [number]; data: Uint32Array } {
  const kept = new Uint32Array(k);
  for (let row = 0; row < m; row++) {
    for (let i = 0; i < k; i++) if (data[row * k + i] === 1) kept[i] = row;
  }
  return { shape: [k], data: kept };
}

function selectionOf(kept: Uint32Array, m: number): Factor {
  const data = new Float32Array(m * kept.length);
  kept.forEach((row, i) => {
    data[row * kept.length + i] = 1;
  });
  return floatFactor([m, kept.length], data, false);
}

/** The `count` rows of the largest magnitude, exactly; the others are zero. */
export const rowSelection = defineMethod<{ readonly count: number }, SelectionFactors>({
  name: 'selection',
  format: selectionFormat,
  accepts: ['importance', 'inputMoments'],
  create(options) {
    assertKnownOptions('selection', options, ['count']);
    const { count } = options;
    assertNumber('selection', 'count', count, { min: 1, integer: true });
    return {
      options: { count },
      plan([m, n]) {
        if (count >= m && n === 1) {
          throw new GCompressError('not-smaller', { where: 'selection', expected: 'fewer rows', actual: `${m}` });
        }
        const k = Math.min(count, m);
        return {
          factors: {
            selection: { shape: [m, k], dtype: 'float32', trainable: false },
            rows: { shape: [k, n], dtype: 'float32', trainable: true },
          },
        };
      },
      async factorize(matrix, options) {
        reportProgress(options, 0);
        await Promise.resolve();
        reportProgress(options, 0.5);
        const factors = select(matrix, count, options);
        reportProgress(options, 1);
        return factors;
      },
    };
  },
});

function select(
  { shape, data }: Matrix,
  count: number,
  { importance, inputMoments }: CompressOptions,
): Record<SelectionFactors, Factor> {
  const [m, n] = shape;
  const energy = new Float64Array(m);
  data.forEach((entry, at) => {
    const row = Math.floor(at / n);
    const input = inputMoments ? inputMoments.values[row * m + row] : 1;
    energy[row] += entry * entry * input * (importance ? importance.data[at] : 1);
  });
  const largest = [...energy.keys()].sort((a, b) => energy[b] - energy[a]).slice(0, count);
  const kept = Uint32Array.from(largest.filter((row) => energy[row] > 0)).sort();
  const rows = new Float32Array(kept.length * n);
  kept.forEach((row, i) => {
    rows.set(data.subarray(row * n, (row + 1) * n), i * n);
  });
  return { selection: selectionOf(kept, m), rows: floatFactor([kept.length, n], rows) };
}
