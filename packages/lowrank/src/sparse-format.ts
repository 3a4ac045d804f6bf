// The decoder of low rank plus sparse values at random positions.
import {
  type CompressedFormat,
  elementCount,
  type Factor,
  floatFactor,
  type JsonObject,
  type PackedMatrix,
} from '@gcompress/core';
import type { MatrixDecoder } from '@gcompress/core/decode';
import { add, matMul, mul } from '@gcompress/core/decode';
import { assertVersion, fileError, packedTensor } from '@gcompress/core/storage';
import { supportOf } from './support.ts';

/** Names of the factors of {@link lowRankSparseFormat}. */
export type LowRankSparseFactor = 'b' | 'c' | 'values' | 'mask';

const ID = 'lowrank-sparse';
const VERSION = 1;

const reconstruct: CompressedFormat<LowRankSparseFactor>['reconstruct'] = (ops, { b, c, values, mask }) =>
  ops.add(ops.matMul(b, c), ops.mul(values, mask));

/**
 * The matrix as a product of two thin factors plus values at random positions, `Ŵ = b·c + values ∘ mask`. Working form: `b [m, k]`, `c [k, n]` and
 * `values [m, n]`, which are trainable, and `mask [m, n]`, 1 at the positions and 0 elsewhere.
 *
 * Stored form, version 1: `b`, `c`, and `values`, the values at the positions in reading order, as float32. Config: the `seed` that the positions are
 * drawn from; the positions themselves are not stored.
 */
export const lowRankSparseFormat: CompressedFormat<LowRankSparseFactor> = {
  id: ID,
  version: VERSION,
  reconstruct,
  lookup: (ops, ids, { b, c, values, mask }) =>
    ops.add(ops.matMul(ops.gather(b, ids), c), ops.mul(ops.gather(values, ids), ops.gather(mask, ids))),
  pack({ factors: { b, c, values, mask } }) {
    const kept = Float32Array.from(positionsIn(mask.data), (entry) => values.data[entry]);
    return {
      b: { shape: b.shape, data: b.data },
      c: { shape: c.shape, data: c.data },
      values: { shape: [kept.length], data: kept },
    };
  },
  unpack,
};

/** The decoder of {@link lowRankSparseFormat} alone, for pages that only decode to dense matrices. */
export const lowRankSparseDecoder: MatrixDecoder<LowRankSparseFactor> = {
  id: ID,
  version: VERSION,
  operations: [add, matMul, mul],
  reconstruct,
  unpack,
};

/** The mask `[m, n]` of these positions. */
export function maskOf(entries: number, positions: Int32Array): Float32Array {
  const mask = new Float32Array(entries);
  for (const position of positions) mask[position] = 1;
  return mask;
}

function unpack(packed: PackedMatrix): Record<LowRankSparseFactor, Factor> {
  assertVersion(packed, VERSION);
  const [rows, cols] = packed.shape;
  const seed = seedOf(packed.config);
  const b = packedTensor(packed, 'b', 'float32', [rows, null]);
  const [, rank] = b.shape;
  if (rank < 1)
    throw fileError('file-tensor', `${ID} tensor 'b'`, 'at least one column', `shape [${b.shape.join(', ')}]`);
  const c = packedTensor(packed, 'c', 'float32', [rank, cols]);
  const kept = packedTensor(packed, 'values', 'float32', [null]).data;
  const entries = elementCount(packed.shape);
  if (kept.length > entries) {
    throw fileError('file-tensor', `${ID} tensor 'values'`, `at most ${entries} values`, `${kept.length}`);
  }
  const positions = supportOf(packed.shape, kept.length, seed);
  const values = new Float32Array(entries);
  for (const [at, position] of positions.entries()) values[position] = kept[at];
  return {
    b: floatFactor(b.shape, b.data),
    c: floatFactor(c.shape, c.data),
    values: floatFactor([rows, cols], values),
    mask: floatFactor([rows, cols], maskOf(entries, positions), false),
  };
}

function seedOf({ seed }: JsonObject): number {
  if (typeof seed === 'number' && Number.isInteger(seed) && seed >= 0 && seed < 2 ** 32) return seed;
  throw fileError(
    'file-config',
    `${ID} config seed`,
    'an integer from 0 to 4294967295',
    JSON.stringify(seed) ?? 'none',
  );
}

function positionsIn(mask: ArrayLike<number>): number[] {
  const positions: number[] = [];
  for (let entry = 0; entry < mask.length; entry++) if (mask[entry] !== 0) positions.push(entry);
  return positions;
}
