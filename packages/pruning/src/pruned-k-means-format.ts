// The format `kmeans-pruning`: a codebook, and the positions and codes of the kept entries.
import { codesCodec, packCodes } from '@gcompress/coder';
import { unpackCodes } from '@gcompress/coder/decode';
import {
  type CompressedFormat,
  type Factor,
  type Factorization,
  floatFactor,
  indexFactor,
  type MatrixForm,
  type PackedMatrix,
  type PackedTensor,
  type TensorOps,
} from '@gcompress/core';
import type { StoredDecoder } from '@gcompress/core/decode';
import { assertVersion, fileError, packedTensor } from '@gcompress/core/storage';
import { assertExpansion, badConfig, flagsOf, gridOf, isCount, keptEntries } from './masks/block-grid.ts';
import {
  decodePositions,
  encodePositions,
  packPositions,
  unpackPositions,
  withoutPositions,
} from './masks/positions.ts';

/** Version of the stored form. */
const VERSION = 2;
/** The most levels of a codebook, not counting the zero of the pruned entries. */
export const MAX_LEVELS = 1024;

/** Names of the factors of {@link prunedKMeansFormat}. */
export type PrunedKMeansFactor = 'codebook' | 'kept' | 'encoding';

const reconstruct: CompressedFormat<PrunedKMeansFactor>['reconstruct'] = (ops, factors, form) =>
  decoded(ops, factors, factors.encoding, form);

/**
 * A matrix with some entries kept, each as a level of a codebook, and all other entries zero. Working form:
 *
 * - `codebook [l + 1, 1]`, float32, trainable: the zero of the pruned entries, then l levels.
 * - `kept [l + 1, 1]`, float32: 0, then l ones. Multiplying it with the codebook keeps the first entry zero in training.
 * - `encoding [m, n]`, int32: the row of the codebook for each entry, 0 for pruned entries.
 *
 * Stored form, version 2: `codebook`, float32, without the zero and without the last levels if no entry uses them;
 * `encoding`, the level of each kept entry in reading order, packed at `⌈log₂ levels⌉` bits, or a smaller `coded-encoding`; positions as
 * in `prunedFormat`. Version 1 lacks `coded-encoding` and `coded-mask`. Config: `levels` (l), `blockHeight` and `blockWidth`.
 */
export const prunedKMeansFormat: CompressedFormat<PrunedKMeansFactor> = {
  id: 'kmeans-pruning',
  version: VERSION,
  reconstruct,
  remaining: (ops, matrix, { kept, encoding }, { shape }) =>
    ops.mul(matrix, ops.reshape(ops.gather(kept, encoding), shape)),
  lookup: (ops, ids, factors, form) => decoded(ops, factors, ops.gather(factors.encoding, ids), form),
  sharing: () => ({ codebook: { rows: 'encoding' } }),
  codec: { decode, encode },
  pack,
  unpack,
};

/** The decoder of {@link prunedKMeansFormat} alone, for pages that only decode to dense matrices. */
export const prunedKMeansDecoder: StoredDecoder = {
  id: 'kmeans-pruning',
  version: VERSION,
  decode(packed) {
    const { entries, stored, codes } = storedCodes(packed);
    const values = new Float32Array(packed.shape[0] * packed.shape[1]);
    for (const [at, entry] of entries.entries()) values[entry] = stored[codes[at]];
    return values;
  },
};

/** The factors `codebook` and `kept` for these values, padded to `levels`. */
export function codebookFactors(values: Float32Array, levels: number): Record<'codebook' | 'kept', Factor> {
  const codebook = new Float32Array(levels + 1);
  codebook.set(values, 1);
  const kept = new Float32Array(levels + 1).fill(1, 1);
  return { codebook: floatFactor([levels + 1, 1], codebook), kept: floatFactor([levels + 1, 1], kept, false) };
}

function decoded<T>(
  ops: TensorOps<T>,
  { codebook, kept }: Readonly<Record<'codebook' | 'kept', T>>,
  encoding: T,
  form: MatrixForm,
): T {
  return entriesOf(ops, ops.mul(codebook, kept), encoding, form);
}

/** The rows of the matrix whose entries have these codes. */
function entriesOf<T>(ops: TensorOps<T>, codebook: T, encoding: T, { shape: [, cols] }: MatrixForm): T {
  return ops.reshape(ops.gather(codebook, encoding), [-1, cols]);
}

function pack({ factors, ...form }: Factorization<PrunedKMeansFactor>): Record<string, PackedTensor> {
  const { codebook, encoding } = factors;
  const grid = gridOf(form);
  const flags = flagsOf(encoding.data, grid);
  const codes = keptEntries(flags, grid).map((entry) => encoding.data[entry] - 1);
  const used = codes.reduce((most, code) => Math.max(most, code), 0) + 1;
  const tensors = {
    codebook: { shape: [used], data: Float32Array.from(codebook.data.subarray(1, used + 1)) },
    ...packCodes('encoding', codes, [1, codes.length], used),
    ...packPositions(flags, grid),
  };
  assertExpansion({ ...form, tensors, format: 'kmeans-pruning' });
  return tensors;
}

/** What a stored matrix says before its codes are read: its grid, kept entries and levels. */
function checkedStore(packed: PackedMatrix) {
  assertVersion(packed, VERSION);
  const { levels } = packed.config;
  if (!isCount(levels, MAX_LEVELS)) {
    throw badConfig(packed.config, `levels from 1 to ${MAX_LEVELS}`);
  }
  const grid = gridOf(packed);
  assertExpansion(packed);
  const entries = keptEntries(unpackPositions(packed, grid), grid);
  const stored = packedTensor(packed, 'codebook', 'float32', [null]).data;
  if (!isCount(stored.length, levels)) {
    throw fileError('file-tensor', "kmeans-pruning tensor 'codebook'", `1 to ${levels} levels`, `${stored.length}`);
  }
  return { grid, entries, stored, levels };
}

/** The codec of the levels of the kept entries; the positions have one of their own. */
const levelsCodec = /* @__PURE__ */ codesCodec((packed, read) => {
  const { entries, stored } = checkedStore(packed);
  read('encoding', [1, entries.length], stored.length);
});

function decode(packed: PackedMatrix): PackedMatrix | undefined {
  const { grid } = checkedStore(packed);
  const positions = decodePositions(packed, grid);
  const { 'coded-encoding': coded } = packed.tensors;
  const levels = coded ? levelsCodec.decode(packed) : packed;
  return positions && levels && { ...packed, tensors: { ...withoutPositions(levels.tensors), ...positions } };
}

function encode(decoded: PackedMatrix, names: readonly string[]): Record<string, PackedTensor> {
  const levels = levelsCodec.encode(decoded, names);
  return { ...withoutPositions(levels), ...encodePositions(decoded, gridOf(decoded), names) };
}

/** The codebook, and the code of each kept entry. */
function storedCodes(packed: PackedMatrix) {
  const { entries, stored, levels } = checkedStore(packed);
  return { entries, stored, levels, codes: unpackCodes(packed, 'encoding', [1, entries.length], stored.length) };
}

function unpack(packed: PackedMatrix): Record<PrunedKMeansFactor, Factor> {
  const { entries, stored, levels, codes } = storedCodes(packed);
  const encoding = new Int32Array(packed.shape[0] * packed.shape[1]);
  for (const [at, entry] of entries.entries()) encoding[entry] = codes[at] + 1;
  return { ...codebookFactors(stored, levels), encoding: indexFactor([...packed.shape], encoding) };
}
