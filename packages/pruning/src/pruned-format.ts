// The format `pruning`: float32 values of the kept entries and their positions.
import {
  type CompressedFormat,
  type Factor,
  type Factorization,
  floatFactor,
  type PackedMatrix,
  type PackedTensor,
} from '@gcompress/core';
import { assertShape2D, assertType } from '@gcompress/core/checks';
import type { MatrixDecoder } from '@gcompress/core/decode';
import { assertVersion, packedTensor } from '@gcompress/core/storage';
import { assertExpansion, flagsOf, gridOf, keptEntries } from './masks/block-grid.ts';
import {
  decodePositions,
  encodePositions,
  packPositions,
  unpackPositions,
  withoutPositions,
} from './masks/positions.ts';

/** Version of the stored form. */
const VERSION = 2;

/** Names of the factors of {@link prunedFormat}. */
export type PrunedFactor = 'values' | 'mask';

const reconstruct: CompressedFormat<PrunedFactor>['reconstruct'] = (ops, { values, mask }) => ops.mul(values, mask);

/**
 * A matrix with some entries kept and all other entries zero. Working form, with `Ŵ = values ∘ mask`:
 *
 * - `values [m, n]`, float32, trainable.
 * - `mask [m, n]`, float32: 1 for a kept entry, else 0.
 *
 * Stored form, version 2: `values`, the kept entries in reading order as float32; and the positions of the kept blocks in the smallest of
 * three forms: `mask` (a bit for each block), `coded-mask` (these bits, entropy-coded) or `gaps` (between kept blocks, in Rice code).
 * Version 1 lacks `coded-mask`. Config: `blockHeight` and `blockWidth`, both 1 for single entries.
 */
export const prunedFormat: CompressedFormat<PrunedFactor> = {
  id: 'pruning',
  version: VERSION,
  reconstruct,
  remaining: (ops, matrix, { mask }) => ops.mul(matrix, mask),
  lookup: (ops, ids, { values, mask }) => ops.mul(ops.gather(values, ids), ops.gather(mask, ids)),
  codec: { decode, encode },
  pack,
  unpack,
};

/** The decoder of {@link prunedFormat} alone, for pages that only decode to dense matrices. */
export const prunedDecoder: MatrixDecoder<PrunedFactor> = {
  id: 'pruning',
  version: VERSION,
  operations: [],
  // Read values are 0 where the mask is; only training changes them
  reconstruct: (_, { values }) => values,
  unpack,
};

function pack({ factors: { values, mask }, ...form }: Factorization<PrunedFactor>): Record<string, PackedTensor> {
  const grid = gridOf(form);
  const flags = flagsOf(mask.data, grid);
  const kept = Float32Array.from(keptEntries(flags, grid), (entry) => values.data[entry]);
  const tensors = { values: { shape: [kept.length], data: kept }, ...packPositions(flags, grid) };
  assertExpansion({ ...form, tensors, format: 'pruning' });
  return tensors;
}

function decode(packed: PackedMatrix): PackedMatrix | undefined {
  assertVersion(packed, VERSION);
  const grid = gridOf(packed);
  assertExpansion(packed);
  const positions = decodePositions(packed, grid);
  return positions && { ...packed, tensors: { ...withoutPositions(packed.tensors), ...positions } };
}

function encode(decoded: PackedMatrix, names: readonly string[]): Record<string, PackedTensor> {
  return { ...withoutPositions(decoded.tensors), ...encodePositions(decoded, gridOf(decoded), names) };
}

/**
 * Of a stored matrix `[m, n]`, the indices of the kept entries in reading order, without unpacking the matrix: for hosts that multiply by
 * the stored values, one for each index.
 *
 * @throws GCompressError with a `file-…` code or `unsupported-version` for a damaged matrix, `invalid-option` or `invalid-shape` when the
 * argument is not a stored matrix.
 */
export function prunedEntries(packed: PackedMatrix): Int32Array {
  assertType('prunedEntries', 'packed', packed, 'object');
  assertShape2D(packed.shape, 'prunedEntries');
  assertType('prunedEntries', 'config', packed.config, 'object');
  assertType('prunedEntries', 'tensors', packed.tensors, 'object');
  return storedEntries(packed).entries;
}

/** The kept entries and their values, checked. */
function storedEntries(packed: PackedMatrix): { readonly entries: Int32Array; readonly kept: Float32Array } {
  assertVersion(packed, VERSION);
  const grid = gridOf(packed);
  assertExpansion(packed);
  const entries = keptEntries(unpackPositions(packed, grid), grid);
  return { entries, kept: packedTensor(packed, 'values', 'float32', [entries.length]).data };
}

function unpack(packed: PackedMatrix): Record<PrunedFactor, Factor> {
  const { entries, kept } = storedEntries(packed);
  const [rows, cols] = packed.shape;
  const values = new Float32Array(rows * cols);
  const mask = new Float32Array(rows * cols);
  for (let at = 0; at < entries.length; at++) {
    values[entries[at]] = kept[at];
    mask[entries[at]] = 1;
  }
  return { values: floatFactor([rows, cols], values), mask: floatFactor([rows, cols], mask, false) };
}
