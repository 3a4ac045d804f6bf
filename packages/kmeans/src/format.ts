// The format `kmeans`: codebooks and the codebook row of each block, with reader and writer of the stored form.
import { codesCodec, packCodes } from '@gcompress/coder';
import { unpackCodes } from '@gcompress/coder/decode';
import {
  type CompressedFormat,
  type Factor,
  type Factorization,
  floatFactor,
  type GCompressError,
  indexFactor,
  type MatrixForm,
  type PackedMatrix,
  type PackedTensor,
  type TensorOps,
} from '@gcompress/core';
import { assertElementLimit, describeValue } from '@gcompress/core/checks';
import { firstColumns, gather, type MatrixDecoder, reshape } from '@gcompress/core/decode';
import { assertVersion, fileError, packedTensor } from '@gcompress/core/storage';
import { groupOf, type Layout, layoutOf, MAX_LEVELS } from './layout/layout.ts';

/** Version of the stored form. */
const VERSION = 2;
/** Codebook values that a file of any size may claim: 64 MiB. */
const ALWAYS_ALLOWED = 2 ** 24;
/** Most rows of a codebook for each stored row, in files that claim more. */
const MAX_UNUSED = 1024;

/** The factors of {@link kMeansFormat}. */
export type KMeansFactor = 'codebook' | 'encoding';

const reconstruct: CompressedFormat<KMeansFactor>['reconstruct'] = (ops, { codebook, encoding }, form) =>
  decoded(ops, codebook, encoding, form);

/**
 * Each block of `blockSize` consecutive entries of a row is replaced by a row of a codebook. Working form:
 *
 * - `codebook [g·l, s]`, float32, trainable: `g` codebooks of `l` levels, one below the other, for blocks of size `s`.
 *   Unused rows are zero.
 * - `encoding [m, ⌈n/s⌉]`, int32: the row of `codebook` for each block.
 *
 * Stored form, version 2: `codebook`, float32, without the last rows if no codebook uses them; `encoding`, the row of each block
 * within its own codebook, packed at `⌈log₂ levels⌉` bits, or a smaller `coded-encoding` (`packCodes` of `@gcompress/coder`). Version 1
 * has packed bits only. Config: `blockSize`, `levels`, and the rows (`groupRows`) and blocks of a row (`groupBlocks`) that share a
 * codebook.
 */
export const kMeansFormat: CompressedFormat<KMeansFactor> = {
  id: 'kmeans',
  version: VERSION,
  reconstruct,
  lookup: (ops, ids, { codebook, encoding }, form) => decoded(ops, codebook, ops.gather(encoding, ids), form),
  sharing: () => ({ codebook: { rows: 'encoding' } }),
  codec: /* @__PURE__ */ codesCodec((packed, read) => {
    const { layout, used } = checkedStore(packed);
    read('encoding', [packed.shape[0], layout.blocks], used);
  }),
  pack,
  unpack,
};

/** The decoder of {@link kMeansFormat} alone, for pages that only decode to dense matrices. */
export const kMeansDecoder: MatrixDecoder<KMeansFactor> = {
  id: 'kmeans',
  version: VERSION,
  operations: [gather, reshape, firstColumns],
  reconstruct,
  unpack,
};

/** The rows of the matrix for these encodings `[…, ⌈n/s⌉]`. */
function decoded<T>(ops: TensorOps<T>, codebook: T, encoding: T, form: MatrixForm): T {
  const [, cols] = form.shape;
  const { blocks, blockSize } = layoutOf(form);
  const padded = ops.reshape(ops.gather(codebook, encoding), [-1, blocks * blockSize]);
  return blocks * blockSize === cols ? padded : ops.slice(padded, [0, 0], [-1, cols]);
}

function pack({ factors: { codebook, encoding }, ...form }: Factorization<KMeansFactor>): Record<string, PackedTensor> {
  const layout = layoutOf(form);
  const { blockSize, groups, levels } = layout;
  // Plans pack factors of zeros: their codes all point into the first codebook
  const local = shifted(encoding.data, layout, -1).map((code) => Math.max(0, code));
  let used = 1;
  for (let at = 0; at < local.length; at++) used = Math.max(used, local[at] + 1);
  // A reader limits what a small file makes it allocate; store enough rows to be accepted
  while (isAmplified(layout, used)) used = Math.min(levels, 2 * used);
  const rows = new Float32Array(groups * used * blockSize);
  for (let group = 0; group < groups; group++) {
    const from = group * levels * blockSize;
    rows.set(codebook.data.subarray(from, from + used * blockSize), group * used * blockSize);
  }
  return {
    codebook: { shape: [groups * used, blockSize], data: rows },
    ...packCodes('encoding', local, [form.shape[0], layout.blocks], used),
  };
}

/** What a stored matrix says before its codes are read: its layout, its codebooks, and the stored rows of each. */
function checkedStore(packed: PackedMatrix) {
  assertVersion(packed, VERSION);
  const layout = checkedLayout(packed);
  const { blockSize, groups, levels } = layout;
  const stored = packedTensor(packed, 'codebook', 'float32', [null, blockSize]);
  const used = stored.shape[0] / groups;
  if (!Number.isInteger(used) || used < 1 || used > levels) {
    throw damaged('codebook', `1 to ${levels} rows for each of ${groups} codebooks`, `${stored.shape[0]} rows in all`);
  }
  if (isAmplified(layout, used)) {
    throw fileError(
      'file-oversized',
      'kmeans codebook',
      `at most ${MAX_UNUSED} times as many rows as are stored`,
      `${levels} rows for ${used} stored rows`,
    );
  }
  return { layout, stored, used };
}

function unpack(packed: PackedMatrix): Record<KMeansFactor, Factor> {
  const { layout, stored, used } = checkedStore(packed);
  const { blockSize, blocks, groups, levels } = layout;
  const encoding = unpackCodes(packed, 'encoding', [packed.shape[0], blocks], used);
  const rows = new Float32Array(groups * levels * blockSize);
  for (let group = 0; group < groups; group++) {
    const part = stored.data.subarray(group * used * blockSize, (group + 1) * used * blockSize);
    rows.set(part, group * levels * blockSize);
  }
  return {
    codebook: floatFactor([groups * levels, blockSize], rows),
    encoding: indexFactor([packed.shape[0], blocks], shifted(encoding, layout, 1)),
  };
}

/** True if a reader would allocate far more rows than the file stores. */
function isAmplified({ groups, levels, blockSize }: Layout, used: number): boolean {
  return groups * levels * blockSize > ALWAYS_ALLOWED && levels > MAX_UNUSED * used;
}

/** Sign 1: encodings within their own codebook become encodings within all codebooks. Sign −1: the reverse. */
function shifted(encoding: ArrayLike<number>, layout: Layout, sign: 1 | -1): Int32Array {
  const { blocks, levels, groups } = layout;
  const moved = new Int32Array(encoding.length);
  moved.set(encoding);
  if (groups === 1) return moved;
  for (let at = 0, row = 0; at < moved.length; row++) {
    for (let block = 0; block < blocks; block++) moved[at++] += sign * levels * groupOf(layout, row, block);
  }
  return moved;
}

/** The layout of a stored matrix; refuses impossible numbers and factors that are too large. */
function checkedLayout({ shape, config }: PackedMatrix): Layout {
  const [rows, cols] = shape;
  const checked = (name: string, max: number): number => {
    const value = config[name];
    if (typeof value === 'number' && Number.isInteger(value) && value >= 1 && value <= max) return value;
    throw fileError('file-header', `kmeans config '${name}'`, `an integer from 1 to ${max}`, describeValue(value));
  };
  const blockSize = checked('blockSize', cols);
  const blocksOfCodebook = checked('groupRows', rows) * checked('groupBlocks', Math.ceil(cols / blockSize));
  // With keepZero, a codebook may have one row more than blocks: a zero that no block uses
  checked('levels', Math.min(MAX_LEVELS, blocksOfCodebook + 1));
  const layout = layoutOf({ shape, config });
  assertElementLimit(rows * layout.blocks * blockSize, 'kmeans encoding');
  assertElementLimit(layout.groups * layout.levels * blockSize, 'kmeans codebook');
  return layout;
}

function damaged(tensor: string, expected: string, actual: string): GCompressError {
  return fileError('file-tensor', `kmeans tensor '${tensor}'`, expected, actual);
}
