// A packed matrix in a saved layer: its part of the configuration, and the bytes in the weights.
import {
  type CompressedFormat,
  elementCount,
  GCompressError,
  type PackedMatrix,
  type PackedTensor,
} from '@gcompress/core';
import { type PackedDtype, packedDtype } from '@gcompress/core/storage';
import type { Tensor } from '@tensorflow/tfjs-core';
import type { StoredForm } from '../../weight/inference-kernel.ts';

/** A packed matrix without its values, as a layer's configuration holds it. */
export interface PackedForm extends StoredForm {
  readonly version: number;
}

const ARRAYS = {
  float32: Float32Array,
  int32: Int32Array,
  uint32: Uint32Array,
  uint16: Uint16Array,
  uint8: Uint8Array,
} as const;

/** The form of a packed matrix, with or without values. */
export function formOf({ version, shape, config, tensors }: PackedForm | PackedMatrix): PackedForm {
  const forms = Object.entries(tensors).map(([name, stored]) => {
    const dtype = 'data' in stored ? packedDtype(stored.data) : stored.dtype;
    return [name, { shape: stored.shape, dtype }] as const;
  });
  return { version, shape, config, tensors: Object.fromEntries(forms) };
}

/** The number of 4-byte words that hold a tensor. */
export function wordCount({
  shape,
  dtype,
}: {
  readonly shape: readonly number[];
  readonly dtype: PackedDtype;
}): number {
  return Math.ceil((elementCount(shape) * ARRAYS[dtype].BYTES_PER_ELEMENT) / 4);
}

/** float32 values as they are; all other values as int32 words, the last word padded with zeros. */
export function wordsOf(data: PackedTensor['data']): Float32Array | Int32Array {
  if (data instanceof Float32Array) return data;
  const words = new Int32Array(Math.ceil(data.byteLength / 4));
  new Uint8Array(words.buffer).set(bytesOf(data));
  return words;
}

function bytesOf({ buffer, byteOffset, byteLength }: ArrayBufferView): Uint8Array {
  return new Uint8Array(buffer, byteOffset, byteLength);
}

/** Reads a packed matrix from the tensors of its words. Blocks on backends that must read back from a device. */
export function packedFromWords(
  { id }: Pick<CompressedFormat, 'id'>,
  form: PackedForm,
  words: Readonly<Record<string, Tensor>>,
): PackedMatrix {
  const tensors = Object.entries(form.tensors).map(([name, { shape, dtype }]) => {
    // A copy, because dataSync may return memory of tfjs
    const { buffer } = bytesOf(words[name].dataSync()).slice();
    return [name, { shape, data: new ARRAYS[dtype](buffer, 0, elementCount(shape)) }] as const;
  });
  return { ...form, format: id, tensors: Object.fromEntries(tensors) };
}

/** How many times larger than the dense matrix packed tensors may be. Bounded, because a file gives their sizes before their bytes. */
const LARGEST_RATIO = 4;
/** Bytes that are allowed at any ratio, for small matrices. */
const ALWAYS_ALLOWED = 2 ** 16;

/**
 * Refuses a form whose tensors are far larger than its matrix.
 *
 * @throws GCompressError `file-oversized`.
 */
export function assertPackedSize(where: string, { shape, tensors }: PackedForm): void {
  const limit = LARGEST_RATIO * elementCount(shape) * Float32Array.BYTES_PER_ELEMENT + ALWAYS_ALLOWED;
  const bytes = Object.values(tensors).reduce(
    (sum, tensor) => sum + elementCount(tensor.shape) * ARRAYS[tensor.dtype].BYTES_PER_ELEMENT,
    0,
  );
  if (bytes <= limit) return;
  throw new GCompressError('file-oversized', {
    where,
    expected: `packed tensors of at most ${limit} bytes for a matrix [${shape.join(', ')}]`,
    actual: `${bytes}`,
    hint: 'The model was written by another program, damaged, or is hostile.',
  });
}
