// Compresses one weight as a matrix.
import {
  type CompressedMatrix,
  GCompressError,
  type InputMoments,
  isGCompressError,
  type Kernels,
  type Matrix,
  type MatrixCompressor,
  type ProgressOptions,
} from '@gcompress/core';
import { assertCompressedMatrix, assertMatrix, assertType } from '@gcompress/core/checks';
import { shrunkMoments } from '@gcompress/linalg';
import { type MatrixWeight, matrixOfWeight } from '@gcompress/weights';
import { assertModelWeight, floatValues, type ModelWeight } from './model-weights.ts';

/** A weight that its model multiplies with, as a matrix. */
export interface WeightMatrix {
  readonly name: string;
  /** Columns are output channels. */
  readonly matrix: Matrix;
  /** Whether the last two axes of the weight are exchanged in the matrix. */
  readonly swapped: boolean;
}

/** The compressed form of a weight, or the reason why the weight has none. */
export interface Compression {
  readonly matrix?: CompressedMatrix;
  readonly note?: string;
}

/** Data that a compression may use besides the matrix. */
export interface CompressionOptions extends ProgressOptions {
  /** Second moments of the inputs of the weight, shrunk where the inputs are few. Ignored by methods that do not use them. */
  readonly moments?: InputMoments | undefined;
  /** Gains of the columns `[n]`, which methods that use importance get for each entry. */
  readonly gains?: Float64Array | undefined;
  /** Faster hot loops than the portable ones. */
  readonly kernels?: Kernels | undefined;
}

/**
 * A weight as a matrix; undefined for a weight that is not a matrix of floats.
 *
 * @throws GCompressError `invalid-option` for anything but a weight of `readModel`.
 */
export function weightMatrix(weight: ModelWeight, kernel: MatrixWeight | undefined): WeightMatrix | undefined {
  assertModelWeight('weightMatrix', weight);
  if (kernel === undefined) return undefined;
  assertType('weightMatrix', 'kernel', kernel, 'object');
  const values = floatValues(weight);
  const matrix = values && matrixOfWeight(values, weight.shape, kernel.swapped === true);
  return matrix && { name: weight.name, matrix, swapped: kernel.swapped };
}

/**
 * Compresses a weight. If the method refuses the weight, the message of its error becomes a note.
 *
 * @throws GCompressError `invalid-option`, or `contract` when a compressor breaks its own plan; the signal's reason when aborted.
 */
export async function compressWeight(
  where: string,
  weight: WeightMatrix,
  compressor: MatrixCompressor,
  options: CompressionOptions = {},
): Promise<Compression> {
  assertType('compressWeight', 'weight', weight, 'object');
  assertType('compressWeight', 'compressor', compressor, 'object');
  assertType('compressWeight compressor', 'compress', compressor.compress, 'function');
  assertType('compressWeight compressor', 'plan', compressor.plan, 'function');
  assertType('compressWeight', 'options', options, 'object');
  const { name, matrix } = weight;
  assertMatrix(matrix, 'compressWeight');
  const { moments, gains, kernels, signal, onProgress } = options;
  let compressed: CompressedMatrix;
  try {
    const inputMoments = moments && compressor.accepts?.includes('inputMoments') ? shrunkMoments(moments) : undefined;
    compressed = await compressor.compress(matrix, {
      ...(signal && { signal }),
      ...(onProgress && { onProgress }),
      ...(kernels && { kernels }),
      ...(inputMoments && { inputMoments }),
      ...(gains && compressor.accepts?.includes('importance') && { importance: importanceOf(gains, matrix) }),
    });
  } catch (error) {
    if (!isGCompressError(error)) throw error;
    return { note: error.message };
  }
  assertCompressedMatrix(`${String(where)} '${name}'`, compressed, compressor, compressor.plan(matrix.shape));
  return { matrix: compressed };
}

/** The gain of a column for each of its entries. */
function importanceOf(gains: Float64Array, { shape, data: { length } }: Matrix): Matrix {
  const data = new Float32Array(length);
  for (let at = 0; at < length; at++) data[at] = gains[at % shape[1]];
  return { shape, data };
}

/**
 * Throws unless the compressed matrix has exactly the values of the weight.
 *
 * @throws GCompressError `invalid-option` for anything but a compressed matrix, `shape-mismatch`, or `invalid-option` for other values.
 */
export function assertMatrixOf(where: string, weight: WeightMatrix, compressed: CompressedMatrix): void {
  const { name, matrix } = weight;
  const place = `${where} '${name}'`;
  assertType(place, 'matrix', compressed, 'object', 'Pass what compress() or compressNow() gave.');
  assertType(place, 'decompress', compressed.decompress, 'function');
  assertType(place, 'pack', compressed.pack, 'function');
  const own = compressed.decompress();
  assertMatrix(own, place);
  if (own.shape[0] !== matrix.shape[0] || own.shape[1] !== matrix.shape[1]) {
    throw new GCompressError('shape-mismatch', {
      where: place,
      expected: `a matrix [${matrix.shape.join(', ')}]`,
      actual: `[${own.shape.join(', ')}]`,
    });
  }
  const at = own.data.findIndex((value, i) => value !== matrix.data[i]);
  if (at < 0) return;
  throw new GCompressError('invalid-option', {
    where: place,
    expected: `the values of the weight, ${matrix.data[at]} at position ${at} of the matrix`,
    actual: `${own.data[at]}`,
    hint: 'Pass the artifacts that came with these matrices, or compress the weights anew.',
  });
}
