import { assertVersion, type CompressedFormat, type Factorization, floatFactor, packedTensor } from '@gcompress/core';

/**
 * The matrix as a product of two thin factors, `Ŵ = b·c` with `b [m, k]` and `c [k, n]`.
 *
 * Stored form, version 1: `b` and `c` as float32; no config.
 */
export const lowRankFormat: CompressedFormat<'b' | 'c'> = {
  id: 'lowrank',
  version: 1,
  product: ['b', 'c'],
  reconstruct: (ops, { b, c }) => ops.matMul(b, c),
  multiply: (ops, x, { b, c }) => ops.matMul(ops.matMul(x, b), c),
  lookup: (ops, ids, { b, c }) => ops.matMul(ops.gather(b, ids), c),
  trim,

  pack: ({ factors: { b, c } }) => ({
    b: { shape: b.shape, data: b.data },
    c: { shape: c.shape, data: c.data },
  }),

  unpack(packed) {
    assertVersion(packed, 1);
    const [rows, cols] = packed.shape;
    const b = packedTensor(packed, 'b', 'float32', [rows, null]);
    const c = packedTensor(packed, 'c', 'float32', [b.shape[1], cols]);
    return { b: floatFactor(b.shape, b.data), c: floatFactor(c.shape, c.data) };
  },
};

/** Drops the inner indices whose column of b or row of c is zero; keeps one when all are. */
function trim(factorization: Factorization<'b' | 'c'>): Factorization<'b' | 'c'> {
  const { b, c } = factorization.factors;
  const [rows, rank] = b.shape;
  const cols = c.shape[1];
  const used: number[] = [];
  for (let j = 0; j < rank; j++) {
    const column = Array.from({ length: rows }, (_, i) => b.data[i * rank + j]);
    const row = c.data.subarray(j * cols, (j + 1) * cols);
    if (column.some((entry) => entry !== 0) && row.some((entry) => entry !== 0)) used.push(j);
  }
  if (used.length === 0) used.push(0);
  if (used.length === rank) return factorization;
  const bData = new Float32Array(rows * used.length);
  const cData = new Float32Array(used.length * cols);
  for (const [to, from] of used.entries()) {
    for (let i = 0; i < rows; i++) bData[i * used.length + to] = b.data[i * rank + from];
    cData.set(c.data.subarray(from * cols, (from + 1) * cols), to * cols);
  }
  return {
    ...factorization,
    factors: {
      b: floatFactor([rows, used.length], bData, b.trainable),
      c: floatFactor([used.length, cols], cData, c.trainable),
    },
  };
}
