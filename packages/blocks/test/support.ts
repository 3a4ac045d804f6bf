import {
  type CompressedFormat,
  type CompressedMatrix,
  type Factor,
  floatFactor,
  type JsonObject,
  type Matrix,
  matrix,
  type Shape2D,
} from '@gcompress/core';
import { createCompressedMatrix } from '@gcompress/core/hosts';

/** A matrix whose entries come from their row and column. */
export function matrixFrom(shape: Shape2D, entry: (row: number, column: number) => number): Matrix {
  const [rows, cols] = shape;
  return matrix(
    shape,
    Float32Array.from({ length: rows * cols }, (_, at) => entry(Math.floor(at / cols), at % cols)),
  );
}

/** A float32 factor of these values. */
export function factorOf(shape: readonly number[], values: ArrayLike<number>): Factor {
  return floatFactor(shape, Float32Array.from(values));
}

/** A matrix made of stored tensors, as it comes from a file. */
export function fromTensors<K extends string>(
  format: CompressedFormat<K>,
  shape: Shape2D,
  config: JsonObject,
  tensors: Readonly<Record<string, Factor>>,
): CompressedMatrix<K> {
  const packed = { format: format.id, version: format.version, shape, config, tensors };
  return createCompressedMatrix(format, { shape, config, factors: format.unpack(packed) });
}
