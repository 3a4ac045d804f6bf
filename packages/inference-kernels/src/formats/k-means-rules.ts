// Products with k-means codebooks: codes of single entries as half bytes or bytes, or codes of blocks as bytes.
import { unpackCodes } from '@gcompress/coder/decode';
import type { PackedMatrix, PackedTensor } from '@gcompress/core';
import { bitsFor, fileError, packBits, packedTensor } from '@gcompress/core/storage';
import type { KernelSource, StoredForm, TakenOver } from '@gcompress/tfjs/layers';
import type { Loops } from '../loops/loops.ts';
import { EIGHT_ROWS, type FormatRules, type Prepared } from './format-kernel.ts';

/** Levels that fit the look-up table of one vector. */
const FEW_LEVELS = 16;
/** Most rows of a codebook, because codes are at most bytes. */
const MOST_ROWS = 256;

/** From this many entries on, a dense matrix does not fit the cache, and reading fewer bytes makes the product faster. */
const LARGE = 2 ** 22;

/** The form of a matrix with one codebook. */
export interface CodebookForm {
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
    if (blockSize === 1)
      return rows * cols >= LARGE && (used <= FEW_LEVELS ? EIGHT_ROWS : { from: 2 * EIGHT_ROWS.from });
    // A row of the codebook costs as much as a row of the matrix, and a code costs more than an entry
    const codeRows = (rows * blockSize) / used;
    if (blockSize >= 8 && codeRows >= 64) return true;
    return blockSize >= 4 && codeRows >= 16 && EIGHT_ROWS;
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
export function codebookForm({ shape: [rows, cols], config, tensors }: StoredForm): CodebookForm | undefined {
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
  const checked = checkedCodes(packed, form);
  const stride = Math.ceil(cols / 2);
  const isInPlace = tensors.encoding && bitsFor(used) === 4 && cols % 2 === 0;
  const codes = isInPlace ? loops.borrow(tensors.encoding, 'uint8') : loops.hold(halfBytes(checked, rows, cols));
  const held = loops.hold(table);
  const restore = () => {
    const bytes = loops.bytesOf(codes);
    const codeAt = (_: unknown, at: number) => {
      const col = at % cols;
      return (bytes[((at - col) / cols) * stride + (col >>> 1)] >>> (4 * (col & 1))) & 15;
    };
    return encodingOf(Uint8Array.from({ length: rows * cols }, codeAt), used);
  };
  return {
    numbers: [codes, held],
    multiply: (x) => loops.codebook(x, { rows, cols, codes, stride, levels: held }),
    ...(!isInPlace && { takenOver: { names: ['encoding'], restore } }),
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
  const { codes, ...taken } = asBytes(tensors, packed, form, loops);
  const levels = loops.borrow(tensors.codebook, 'float32');
  return { numbers: [codes, levels], multiply: (x) => loops.bytes(x, { rows, cols, codes, levels }), ...taken };
}

/** Codes of blocks, as bytes. */
function blocks<R>({ tensors }: KernelSource, packed: PackedMatrix, form: CodebookForm, loops: Loops<R>): Prepared<R> {
  const { rows, cols, used, blockSize: length } = form;
  packedTensor(packed, 'codebook', 'float32', [used, length]);
  const { codes, ...taken } = asBytes(tensors, packed, form, loops);
  const codebook = loops.borrow(tensors.codebook, 'float32');
  return {
    numbers: [codes, codebook],
    multiply: (x) => loops.blocks(x, { rows, cols, codes, blocks: form.blocks, codebook, count: used, length }),
    ...taken,
  };
}

/** The codes as bytes: in the stored tensor, if it has eight bits for each code. */
function asBytes<R>(
  tensors: KernelSource['tensors'],
  packed: PackedMatrix,
  form: CodebookForm,
  loops: Loops<R>,
): { readonly codes: R; readonly takenOver?: TakenOver } {
  const checked = checkedCodes(packed, form);
  if (tensors.encoding && bitsFor(form.used) === 8) return { codes: loops.borrow(tensors.encoding, 'uint8') };
  const codes = loops.hold(Uint8Array.from(checked));
  // Words may hold a few bytes more
  const count = form.rows * form.blocks;
  const restore = () => encodingOf(loops.bytesOf(codes).subarray(0, count), form.used);
  return { codes, takenOver: { names: ['encoding'], restore } };
}

/** The codes in the bits that their number needs. */
function encodingOf(codes: Uint8Array, used: number): Record<string, PackedTensor> {
  const data = packBits(codes, bitsFor(used));
  return { encoding: { shape: [data.length], data } };
}

/** The codes, each an index of a stored row of the codebook; the file holds them bit-packed or entropy-coded. */
export function checkedCodes(packed: PackedMatrix, { rows, blocks, used }: CodebookForm): Int32Array {
  return unpackCodes(packed, 'encoding', [rows, blocks], used);
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
