// Products with k-means codebooks: codes of single entries as half bytes or bytes, or codes of blocks as bytes.
import type { PackedMatrix } from '@gcompress/core';
import { bitsFor, fileError, packBits, packedBytes, packedTensor, unpackBits } from '@gcompress/core/storage';
import type { KernelSource, StoredForm } from '@gcompress/tfjs/layers';
import type { Tensor } from '@tensorflow/tfjs-core';
import type { Loops } from '../loops/loops.ts';
import type { FormatRules, Prepared } from './format-kernel.ts';

/** Levels that fit the table that one vector looks up in. */
const FEW_LEVELS = 16;
/** Rows of a codebook: codes are bytes at most. */
const MOST_ROWS = 256;

/** Entries of a matrix that is read from memory in each call, because it does not fit a cache: reading fewer bytes pays. */
const LARGE = 2 ** 22;

/** The form of a matrix with one codebook. */
interface CodebookForm {
  readonly rows: number;
  readonly cols: number;
  readonly blockSize: number;
  /** Blocks of a row. */
  readonly blocks: number;
  /** Stored rows of the codebook. */
  readonly used: number;
}

/** One codebook for the whole matrix, of at most 256 levels or blocks. */
export const kMeansRules: FormatRules = {
  format: 'kmeans',
  supports: (form) => codebookForm(form) !== undefined,
  pays(form, simd) {
    const codebook = codebookForm(form);
    if (!codebook || !simd) return false;
    const { rows, cols, blockSize, used } = codebook;
    if (blockSize === 1) return used <= FEW_LEVELS && rows * cols >= LARGE;
    // Each row of the codebook costs as much as a row of the matrix, and each code more than an entry: measured from 1024 × 1024 on
    return blockSize >= 8 && rows * blockSize >= 64 * used;
  },
  prepare(source, loops) {
    const form = codebookForm(source.form);
    const packed = source.packed();
    if (!form) throw fileError('file-tensor', 'kmeans', 'one codebook of at most 256 rows', 'another');
    if (form.blockSize > 1) return blocks(source, packed, form, loops);
    return form.used > FEW_LEVELS ? byteCodes(source, packed, form, loops) : halfByteCodes(source, packed, form, loops);
  },
};

/** Undefined for several codebooks, for codebooks that are too large, and for a damaged form. */
function codebookForm({ shape: [rows, cols], config, tensors }: StoredForm): CodebookForm | undefined {
  const { blockSize, groupRows, groupBlocks } = config;
  if (!isCount(blockSize) || blockSize > cols) return undefined;
  const blocks = Math.ceil(cols / blockSize);
  if (!isCount(groupRows) || groupRows < rows || !isCount(groupBlocks) || groupBlocks < blocks) return undefined;
  const used = tensors.codebook?.shape[0];
  if (!isCount(used) || used > MOST_ROWS) return undefined;
  return { rows, cols, blockSize, blocks, used };
}

/** Codes of single entries, as half bytes. */
function halfByteCodes<R>(
  { tensors }: KernelSource,
  packed: PackedMatrix,
  form: CodebookForm,
  loops: Loops<R>,
): Prepared<R> {
  const { rows, cols, used } = form;
  const table = new Float32Array(FEW_LEVELS);
  table.set(packedTensor(packed, 'codebook', 'float32', [used, 1]).data);
  const bits = bitsFor(used);
  const { data } = checkedCodes(packed, form, bits);
  const stride = Math.ceil(cols / 2);
  const codes =
    bits === 4 && cols % 2 === 0
      ? loops.borrow(tensors.encoding, 'uint8')
      : loops.hold(halfBytes(unpackBits(data, bits, rows * cols), rows, cols));
  const held = loops.hold(table);
  return {
    numbers: [codes, held],
    multiply: (x) => loops.codebook(x, { rows, cols, codes, stride, levels: held }),
  };
}

/** Codes of single entries, as bytes. */
function byteCodes<R>(
  { tensors }: KernelSource,
  packed: PackedMatrix,
  form: CodebookForm,
  loops: Loops<R>,
): Prepared<R> {
  const { rows, cols, used } = form;
  packedTensor(packed, 'codebook', 'float32', [used, 1]);
  const codes = asBytes(tensors.encoding, packed, form, loops);
  const levels = loops.borrow(tensors.codebook, 'float32');
  return { numbers: [codes, levels], multiply: (x) => loops.bytes(x, { rows, cols, codes, levels }) };
}

/** Codes of blocks, as bytes. */
function blocks<R>({ tensors }: KernelSource, packed: PackedMatrix, form: CodebookForm, loops: Loops<R>): Prepared<R> {
  const { rows, cols, used, blockSize: length } = form;
  packedTensor(packed, 'codebook', 'float32', [used, length]);
  const codes = asBytes(tensors.encoding, packed, form, loops);
  const codebook = loops.borrow(tensors.codebook, 'float32');
  return {
    numbers: [codes, codebook],
    multiply: (x) => loops.blocks(x, { rows, cols, codes, blocks: form.blocks, codebook, count: used, length }),
  };
}

/** The codes as bytes: where they are, if they take eight bits. */
function asBytes<R>(stored: Tensor, packed: PackedMatrix, form: CodebookForm, loops: Loops<R>): R {
  const bits = bitsFor(form.used);
  const { data } = checkedCodes(packed, form, bits);
  if (bits === 8) return loops.borrow(stored, 'uint8');
  return loops.hold(Uint8Array.from(unpackBits(data as Uint8Array, bits, form.rows * form.blocks)));
}

/** The stored codes, each of which names a stored row of the codebook. */
function checkedCodes(packed: PackedMatrix, { rows, blocks, used }: CodebookForm, bits: number) {
  const count = rows * blocks;
  const stored = packedTensor(packed, 'encoding', 'uint8', [packedBytes(count, bits)]);
  if (used === 2 ** bits) return stored;
  const wrong = unpackBits(stored.data as Uint8Array, bits, count).find((code) => code >= used);
  if (wrong === undefined) return stored;
  throw fileError('file-tensor', "kmeans tensor 'encoding'", `rows 0 to ${used - 1}`, `${wrong}`);
}

/** Two codes a byte, the lower half first; each row begins with a byte. */
function halfBytes(codes: Int32Array, rows: number, cols: number): Uint8Array {
  const stride = Math.ceil(cols / 2);
  const bytes = new Uint8Array(rows * stride);
  for (let row = 0; row < rows; row++) {
    bytes.set(packBits(codes.subarray(row * cols, (row + 1) * cols), 4), row * stride);
  }
  return bytes;
}

function isCount(value: unknown): value is number {
  return typeof value === 'number' && Number.isSafeInteger(value) && value >= 1;
}
