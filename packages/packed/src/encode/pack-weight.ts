// One weight into its stored form: a compressed matrix where it is a kernel, plain values where not.
import {
  type CompressedMatrix,
  GCompressError,
  type InputMoments,
  isGCompressError,
  type JsonObject,
  type MatrixCompressor,
  type PackedMatrix,
} from '@gcompress/core';
import { assertCompressedMatrix } from '@gcompress/core/checks';
import { packedDtype } from '@gcompress/core/storage';
import { type MatrixWeight, matrixOfWeight, weightOfMatrix } from '@gcompress/weights';
import type { Storage, StoredMatrix, StoredTensor } from '../container/header.ts';
import { floatValues, type ModelWeight } from './model-weights.ts';
import { differences, type PackedWeight } from './report.ts';
import { type RestDtype, restValues } from './rest-values.ts';
import type { WrittenTensor } from './write-file.ts';

/** How a weight is packed. */
export interface WeightPacking {
  /** Undefined for what is no kernel. */
  readonly kernel: MatrixWeight | undefined;
  /** Undefined for what is not to be compressed. */
  readonly compressor: MatrixCompressor | undefined;
  readonly rest: RestDtype;
  readonly signal: AbortSignal | undefined;
  /** Of the inputs of the weight, if they are known. */
  readonly moments: InputMoments | undefined;
}

/** A weight in its stored form, and what is said about it. */
export interface PackedResult extends WrittenTensor {
  readonly report: PackedWeight;
}

/** Packs a weight. What a method refuses is stored as the rest is, and the report says why. */
export async function packWeight(weight: ModelWeight, packing: WeightPacking): Promise<PackedResult> {
  const { kernel, compressor, rest, signal, moments } = packing;
  const values = floatValues(weight);
  const plain = storedPlain(weight, values, rest, kernel?.kind ?? 'other');
  if (!kernel || !compressor || !values) return plain;
  const matrix = matrixOfWeight(values, weight.shape, kernel.swapped);
  if (!matrix) return plain;
  let compressed: CompressedMatrix;
  try {
    const inputMoments = compressor.accepts?.includes('inputMoments') ? moments : undefined;
    compressed = await compressor.compress(matrix, {
      ...(signal && { signal }),
      ...(inputMoments && { inputMoments }),
    });
  } catch (error) {
    if (!isGCompressError(error)) throw error;
    return withNote(plain, error.message);
  }
  assertCompressedMatrix(`pack '${weight.name}'`, compressed, compressor, compressor.plan(matrix.shape));
  const { tensor, bytes } = storedMatrix(weight, compressed, kernel.swapped);
  if (bytes.length >= plain.bytes.length) {
    return withNote(plain, `${compressor.method}: ${bytes.length} bytes are not fewer than ${plain.bytes.length}.`);
  }
  const report: PackedWeight = {
    ...plain.report,
    storedAs: compressed.format.id,
    bytes: bytes.length,
    ...differences(values, weightOfMatrix(compressed.decompress(), weight.shape, kernel.swapped)),
    notes: compressed.notes,
  };
  return { tensor, bytes, report };
}

/** Integers, booleans, strings and what is quantized already stay as they are; float32 becomes what is asked for the rest. */
function storedPlain(
  { name, dtype, shape, spec, bytes }: ModelWeight,
  values: Float32Array | undefined,
  rest: RestDtype,
  kind: PackedWeight['kind'],
): PackedResult {
  const given = { name, shape, dtype, kind, notes: [] };
  const quantized = spec.quantization as { readonly dtype: string } | undefined;
  if (!values || quantized) {
    const tensor = storedTensor(name, dtype, shape, spec, dtype === 'string' ? { bytes: bytes.length } : {});
    const storedAs = quantized?.dtype ?? dtype;
    return { tensor, bytes, report: { ...given, storedAs, bytes: bytes.length, maxError: 0, relativeError: 0 } };
  }
  const stored = restValues(values, shape, rest);
  const whole = { ...spec, ...(stored.quantization && { quantization: stored.quantization }) };
  const report = {
    ...given,
    storedAs: stored.dtype,
    bytes: stored.bytes.length,
    ...differences(values, stored.values),
    ...(stored.note !== undefined && { notes: [stored.note] }),
  };
  return { tensor: storedTensor(name, dtype, shape, whole, {}), bytes: stored.bytes, report };
}

/** The description of a tensor, as short as it can be. */
function storedTensor(
  name: string,
  dtype: string,
  shape: readonly number[],
  spec: JsonObject,
  given: Storage,
): StoredTensor {
  const storage: Storage = { ...(Object.keys(spec).length > 0 && { spec }), ...given };
  return Object.keys(storage).length > 0 ? [name, dtype, shape, storage] : [name, dtype, shape];
}

function storedMatrix(
  { name, dtype, shape, spec }: ModelWeight,
  compressed: CompressedMatrix,
  swapped: boolean,
): WrittenTensor {
  const packed = compressed.pack();
  const { quantization: _, ...kept } = spec;
  const matrix: StoredMatrix = {
    format: packed.format,
    version: packed.version,
    shape: packed.shape,
    config: packed.config,
    tensors: Object.fromEntries(
      Object.entries(packed.tensors).map(
        ([key, tensor]) => [key, [packedDtype(tensor.data), ...tensor.shape]] as const,
      ),
    ),
    ...(swapped && { swapped }),
  };
  return { tensor: storedTensor(name, dtype, shape, kept, { matrix }), bytes: packedBytes(packed) };
}

function packedBytes({ format, tensors }: PackedMatrix): Uint8Array {
  const pieces = Object.values(tensors).map(
    ({ data }) => new Uint8Array(data.buffer, data.byteOffset, data.byteLength),
  );
  const length = pieces.reduce((sum, piece) => sum + piece.length, 0);
  if (length === 0) {
    throw new GCompressError('contract', {
      where: `format '${format}'`,
      expected: 'at least one byte',
      actual: 'none',
    });
  }
  const bytes = new Uint8Array(length);
  let at = 0;
  for (const piece of pieces) {
    bytes.set(piece, at);
    at += piece.length;
  }
  return bytes;
}

function withNote(result: PackedResult, note: string): PackedResult {
  return { ...result, report: { ...result.report, notes: [...result.report.notes, note] } };
}
