// The decoder of low-rank factors: how a matrix comes back from b and c.
import { type CompressedFormat, type Factorization, floatFactor } from '@gcompress/core';
import { type MatrixDecoder, matMul } from '@gcompress/core/decode';
import { assertVersion, fileError, packedTensor } from '@gcompress/core/storage';

export { type LowRankSparseFactor, lowRankSparseDecoder, lowRankSparseFormat } from './sparse-format.ts';

const reconstruct: CompressedFormat<'b' | 'c'>['reconstruct'] = (ops, { b, c }) => ops.matMul(b, c);

const unpack: CompressedFormat<'b' | 'c'>['unpack'] = (packed) => {
  assertVersion(packed, 1);
  const [rows, cols] = packed.shape;
  const b = packedTensor(packed, 'b', 'float32', [rows, null]);
  const [, rank] = b.shape;
  if (rank < 1) {
    throw fileError('file-tensor', "lowrank tensor 'b'", 'at least one column', `shape [${b.shape.join(', ')}]`);
  }
  const c = packedTensor(packed, 'c', 'float32', [rank, cols]);
  return { b: floatFactor(b.shape, b.data), c: floatFactor(c.shape, c.data) };
};

/**
 * The matrix as a product of two thin factors, `Ŵ = b·c` with `b [m, k]` and `c [k, n]`.
 *
 * Stored form, version 1: `b` and `c` as float32; no config.
 */
export const lowRankFormat: CompressedFormat<'b' | 'c'> = {
  id: 'lowrank',
  version: 1,
  product: ['b', 'c'],
  reconstruct,
  multiply: (ops, x, { b, c }) => ops.matMul(ops.matMul(x, b), c),
  lookup: (ops, ids, { b, c }) => ops.matMul(ops.gather(b, ids), c),
  trim,
  pack: ({ factors: { b, c } }) => ({
    b: { shape: b.shape, data: b.data },
    c: { shape: c.shape, data: c.data },
  }),
  unpack,
};

/** The part of {@link lowRankFormat} that gives dense matrices: all that a page needs which only decodes. */
export const lowRankDecoder: MatrixDecoder<'b' | 'c'> = {
  id: 'lowrank',
  version: 1,
  operations: [matMul],
  reconstruct,
  unpack,
};

/** Drops the inner indices whose column of b or row of c is zero; keeps one index of a zero matrix. */
function trim(factorization: Factorization<'b' | 'c'>): Factorization<'b' | 'c'> {
  const { b, c } = factorization.factors;
  const [rows, rank] = b.shape;
  const cols = c.shape[1];
  const hasColumn = new Uint8Array(rank);
  for (let i = 0; i < b.data.length; i++) if (b.data[i] !== 0) hasColumn[i % rank] = 1;
  const rowOf = (j: number) => c.data.subarray(j * cols, (j + 1) * cols);
  const all = Array.from({ length: rank }, (_, j) => j);
  const used = all.filter((j) => hasColumn[j] === 1 && rowOf(j).some((entry) => entry !== 0));
  const kept = used.length > 0 ? used : [0];
  if (kept.length === rank) return factorization;
  const bData = new Float32Array(rows * kept.length);
  const cData = new Float32Array(kept.length * cols);
  for (const [to, from] of kept.entries()) {
    for (let i = 0; i < rows; i++) bData[i * kept.length + to] = b.data[i * rank + from];
    cData.set(rowOf(from), to * cols);
  }
  return {
    ...factorization,
    factors: {
      b: floatFactor([rows, kept.length], bData, b.trainable),
      c: floatFactor([kept.length, cols], cData, c.trainable),
    },
  };
}
