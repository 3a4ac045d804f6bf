// Decodes a compressed matrix into the bytes of its weight, slice by slice.
import type { PackedMatrix, PackedTensor } from '@gcompress/core';
import { PACKED_ARRAYS, packedBytes } from '../container/byte-lengths.ts';
import type { StoredMatrix } from '../container/header.ts';
import { refusal } from './refusal.ts';
import { type RowDecoder, startRows } from './row-decoder.ts';

/** Values that are decoded before the decoder may yield: a few milliseconds of work. */
const SLICE = 2 ** 14;

/** Options of the decoding. */
export interface DecodeOptions {
  readonly decoders: readonly RowDecoder[];
  /** Most bytes that the decoded weights may take. */
  readonly maxBytes: number;
  /** Awaited between two slices. */
  readonly turn: () => Promise<void>;
}

/**
 * Writes the values of a matrix over `target`, the bytes of its weight in the order of TensorFlow.js.
 *
 * @param stored the bytes of the matrix's tensors, one after another.
 * @throws GCompressError the errors of the decoder; `file-tensor` if a decoder fails in any other way.
 */
export async function decodeMatrix(
  matrix: StoredMatrix,
  weightShape: readonly number[],
  stored: Uint8Array,
  target: Uint8Array,
  { decoders, maxBytes, turn }: DecodeOptions,
): Promise<void> {
  const [rows, columns] = matrix.shape;
  const next = startRows(packedMatrix(matrix, stored), decoders, { maxElements: maxBytes / 4 });
  const most = Math.ceil(SLICE / columns);
  const inner = matrix.swapped ? weightShape[weightShape.length - 1] : 0;
  for (let row = 0; row < rows; row += most) {
    const count = Math.min(most, rows - row);
    const values = next(count);
    if (values.length !== count * columns) throw refusal('contract', `${count * columns} values`, values.length);
    if (inner > 0) writeSwapped(values, row, columns, inner, target);
    else target.set(new Uint8Array(values.buffer, values.byteOffset, values.byteLength), row * columns * 4);
    await turn();
  }
}

/** Copies row `r` of the matrix to `[r / inner, :, r mod inner]` of the weight. */
function writeSwapped(values: Float32Array, first: number, columns: number, inner: number, target: Uint8Array): void {
  const view = new DataView(target.buffer, target.byteOffset);
  for (const [at, value] of values.entries()) {
    const row = first + Math.floor(at / columns);
    const block = Math.floor(row / inner) * columns + (at % columns);
    view.setFloat32((block * inner + (row % inner)) * 4, value, true);
  }
}

/** The tensors as typed arrays; unaligned tensors are copied. */
export function packedMatrix(
  { format, version, shape, config, tensors }: StoredMatrix,
  stored: Uint8Array,
): PackedMatrix {
  let at = 0;
  const packed = Object.entries(tensors).map(([name, entry]): [string, PackedTensor] => {
    const [dtype, ...sides] = entry;
    const bytes = stored.slice(at, at + packedBytes(entry));
    at += bytes.length;
    return [name, { shape: sides, data: new PACKED_ARRAYS[dtype as keyof typeof PACKED_ARRAYS](bytes.buffer) }];
  });
  return { format, version, shape, config, tensors: Object.fromEntries(packed) };
}
