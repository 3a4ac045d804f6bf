// A packed matrix in a saved layer: what its configuration says, and the bytes in its weights.
import {
  type CompressedFormat,
  elementCount,
  GCompressError,
  type JsonObject,
  type PackedMatrix,
  type PackedTensor,
  type Shape2D,
} from '@gcompress/core';
import { type PackedDtype, packedDtype } from '@gcompress/core/storage';
import type { LayerVariable } from '@tensorflow/tfjs-layers';

/** A packed matrix without its values: what a layer's configuration holds. */
export interface PackedForm {
  readonly version: number;
  readonly shape: Shape2D;
  readonly config: JsonObject;
  readonly tensors: Readonly<Record<string, { readonly shape: readonly number[]; readonly dtype: PackedDtype }>>;
}

/**
 * What a `PackedLayer` saves between calls: `'speed'` keeps its matrices unpacked, as factors where the layer computes with them
 * and they are small, otherwise as the weight itself; `'memory'` keeps the packed bytes alone and unpacks them for each call.
 */
export type Preference = 'speed' | 'memory';

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

/** How many 4-byte words hold a tensor. */
export function wordCount({
  shape,
  dtype,
}: {
  readonly shape: readonly number[];
  readonly dtype: PackedDtype;
}): number {
  return Math.ceil((elementCount(shape) * ARRAYS[dtype].BYTES_PER_ELEMENT) / 4);
}

/** float32 values as they are, all others as int32 words, the last filled up with zeros. */
export function wordsOf(data: PackedTensor['data']): Float32Array | Int32Array {
  if (data instanceof Float32Array) return data;
  const words = new Int32Array(Math.ceil(data.byteLength / 4));
  new Uint8Array(words.buffer).set(bytesOf(data));
  return words;
}

function bytesOf({ buffer, byteOffset, byteLength }: ArrayBufferView): Uint8Array {
  return new Uint8Array(buffer, byteOffset, byteLength);
}

/** The packed matrix whose tensors these weights hold. Blocks on backends that must read back from a device. */
export function packedFromWeights(
  { id }: Pick<CompressedFormat, 'id'>,
  form: PackedForm,
  weights: Readonly<Record<string, LayerVariable>>,
): PackedMatrix {
  const tensors = Object.entries(form.tensors).map(([name, { shape, dtype }]) => {
    // A copy, because tfjs may hand out its own memory
    const { buffer } = bytesOf(weights[name].read().dataSync()).slice();
    return [name, { shape, data: new ARRAYS[dtype](buffer, 0, elementCount(shape)) }] as const;
  });
  return { ...form, format: id, tensors: Object.fromEntries(tensors) };
}

/** Packed tensors may be larger than their matrix, but not without bound: a file announces them before its bytes are there. */
const LARGEST_RATIO = 4;
/** What small matrices may take all the same, in bytes. */
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
