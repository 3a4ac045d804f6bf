// Lists what a packed file stores, without decoding any weight.
import type { JsonObject, Shape2D } from '@gcompress/core';
import { assertKnownOptions } from '@gcompress/core/checks';
import { packedBytes, storedBytes } from '../container/byte-lengths.ts';
import type { StoredTensor } from '../container/header.ts';
import { byteReader } from '../load/byte-reader.ts';
import { type PackedLimits, readOptions } from '../load/packed-model.ts';
import { readHeader } from '../load/read-header.ts';
import { assertSource, openSource, type PackedSource } from '../load/source.ts';

/** Options of {@link packedContents}. */
export interface PackedContentsOptions {
  /** Stops the reading. */
  readonly signal?: AbortSignal;
  readonly limits?: PackedLimits;
}

/** The stored form of a compressed matrix. */
export interface StoredForm {
  /** Id of the format. */
  readonly format: string;
  /** Shape of the matrix `[inputs, outputs]`. */
  readonly shape: Shape2D;
  readonly config: JsonObject;
  /** Shape and bytes of each stored tensor. */
  readonly tensors: Readonly<Record<string, { readonly shape: readonly number[]; readonly bytes: number }>>;
}

/** One weight of a packed file. */
export interface StoredWeight {
  readonly name: string;
  /** The dtype that TensorFlow.js gets. */
  readonly dtype: string;
  readonly shape: readonly number[];
  /** Id of the format, or the type of the quantized values, or the dtype of a weight that is stored unchanged. */
  readonly storedAs: string;
  /** Bytes in the file; 0 for a copy. */
  readonly bytes: number;
  /** The earlier weight whose stored values this weight shares. Undefined for weights with bytes of their own. */
  readonly copyOf?: string;
  /** Undefined for weights that are not stored as a matrix. */
  readonly form?: StoredForm;
}

/** The result of {@link packedContents}. */
export interface PackedFileContents {
  /** Bytes of the whole file, or of all parts without their preludes. */
  readonly fileBytes: number;
  /** Bytes of the weights; the rest of the file is the header and the probes. */
  readonly weightBytes: number;
  /** All weights in the order of the model. */
  readonly weights: readonly StoredWeight[];
}

/**
 * Lists the stored form and the bytes of each weight of a packed file. Reads only the header, so that no decoder is needed.
 *
 * @param source the address of the file, a File or Blob, or its bytes; or `splitSource` of all files that `splitFile` made.
 * @throws GCompressError `invalid-option`, `unknown-option`, `file-read`, `file-interrupted`, `file-truncated`, `file-html`, `file-header`,
 *   `file-checksum`, `file-oversized`, `unsupported-version`; the signal's reason when aborted.
 */
export async function packedContents(
  source: PackedSource,
  options: PackedContentsOptions = {},
): Promise<PackedFileContents> {
  assertKnownOptions('packedContents', options, ['signal', 'limits']);
  const { maxBytes, signal } = readOptions('packedContents', options);
  assertSource('packedContents', source);
  const reader = byteReader(openSource(source, signal));
  try {
    const { header, fileBytes } = await readHeader(reader, maxBytes);
    const weights = header.weights.map((tensor, _, all) => {
      const copyOf = tensor[4] === undefined ? undefined : all[tensor[4]][0];
      return { ...storedWeight(tensor), ...(copyOf !== undefined && { copyOf }) };
    });
    return { fileBytes, weightBytes: weights.reduce((sum, { bytes }) => sum + bytes, 0), weights };
  } finally {
    await reader.close();
  }
}

function storedWeight(tensor: StoredTensor): StoredWeight {
  const [name, dtype, shape, storage] = tensor;
  const bytes = storedBytes(tensor);
  const matrix = storage?.matrix;
  if (!matrix) {
    const { quantization } = (storage?.spec ?? {}) as { readonly quantization?: { readonly dtype?: unknown } };
    return { name, dtype, shape, storedAs: String(quantization?.dtype ?? dtype), bytes };
  }
  const tensors = Object.entries(matrix.tensors).map(([key, entry]) => {
    return [key, { shape: entry.slice(1) as number[], bytes: packedBytes(entry) }] as const;
  });
  const { format, config } = matrix;
  const form = { format, shape: matrix.shape, config, tensors: Object.fromEntries(tensors) };
  return { name, dtype, shape, storedAs: format, bytes, form };
}
