// Stores one weight: as a compressed matrix if it has one, otherwise as plain values.
import { type CompressedMatrix, GCompressError, type JsonObject, type PackedMatrix } from '@gcompress/core';
import { assertOneOf, assertType } from '@gcompress/core/checks';
import { packedDtype } from '@gcompress/core/storage';
import { type MatrixWeight, weightOfMatrix } from '@gcompress/weights';
import type { Storage, StoredMatrix, StoredTensor } from '../container/header.ts';
import { REST_DTYPES, type RestDtype, restValues } from '../values/rest-values.ts';
import type { Compression } from './compress-weight.ts';
import { assertModelWeight, floatValues, type ModelWeight } from './model-weights.ts';
import { differences, type PackedWeight } from './report.ts';
import type { WrittenTensor } from './write-file.ts';

/** How a weight is packed. */
export interface WeightPacking {
  /** Undefined for weights that are no kernels; a compressed form then has their values in their order. */
  readonly kernel: MatrixWeight | undefined;
  /** The compressed form, or the reason why compression failed; empty if the weight stays uncompressed. */
  readonly compression: Compression;
  /** The stored type if there is no compressed form, or no smaller one. */
  readonly rest: RestDtype;
}

/** A weight in its stored form, and its entry in the report. */
export interface PackedResult extends WrittenTensor {
  readonly report: PackedWeight;
}

/**
 * Stores a weight as its compressed matrix, or plainly if it has none or if the matrix is not smaller; the report gives the reason.
 *
 * @throws GCompressError `invalid-option` for anything but a weight of `readModel`, `contract` for a matrix whose format stores nothing.
 */
export function packWeight(weight: ModelWeight, packing: WeightPacking): PackedResult {
  assertModelWeight('packWeight', weight);
  assertType('packWeight', 'packing', packing, 'object');
  const { kernel, compression, rest } = packing;
  assertType('packWeight', 'compression', compression, 'object');
  assertOneOf('packWeight', 'rest', rest, REST_DTYPES);
  const values = floatValues(weight);
  const plain = storedPlain(weight, values, rest, kernel?.kind ?? 'other');
  const { matrix, note } = compression;
  if (note !== undefined) return withNote(plain, note);
  if (!matrix || !values) return plain;
  const swapped = kernel?.swapped ?? false;
  const { tensor, bytes } = storedMatrix(weight, matrix, swapped);
  if (bytes.length >= plain.bytes.length) {
    return withNote(plain, `${matrix.format.id}: ${bytes.length} bytes are not fewer than ${plain.bytes.length}.`);
  }
  const report: PackedWeight = {
    ...plain.report,
    storedAs: matrix.format.id,
    bytes: bytes.length,
    ...differences(values, weightOfMatrix(matrix.decompress(), weight.shape, swapped)),
    notes: matrix.notes,
  };
  return { tensor, bytes, report };
}

/** Stores integers, booleans, strings and quantized weights unchanged, and float32 in the type `rest`. */
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
