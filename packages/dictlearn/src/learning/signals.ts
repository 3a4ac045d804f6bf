// Signals, the vectors that a dictionary approximates: cut from the rows of a matrix.
import type { Matrix } from '@gcompress/core';

/** The vectors that one dictionary approximates. */
export interface Signals {
  /** Number of signals, s. */
  readonly count: number;
  /** Entries of each signal, L. */
  readonly length: number;
  /** Row-major, `[s, L]`. */
  readonly data: Float32Array;
}

/** The rows of the matrix times `scale`, cut into pieces of `length`; the last piece of each row is padded with zeros. */
export function cutSignals({ shape: [rows, cols], data }: Matrix, length: number, scale: number): Signals {
  const pieces = Math.ceil(cols / length);
  const cut = new Float32Array(rows * pieces * length);
  for (let row = 0; row < rows; row++) {
    const to = row * pieces * length;
    for (let column = 0; column < cols; column++) cut[to + column] = data[row * cols + column] * scale;
  }
  return { count: rows * pieces, length, data: cut };
}

/** The power of two that scales the largest entry into [0.5, 1), so that no square overflows or vanishes; 1 for zeros. */
export function unitScale({ data }: Matrix): number {
  let largest = 0;
  for (let at = 0; at < data.length; at++) largest = Math.max(largest, Math.abs(data[at]));
  if (largest === 0) return 1;
  let scale = 1;
  while (largest * scale >= 1) scale /= 2;
  while (largest * scale < 0.5) scale *= 2;
  return scale;
}

/** Squared norm of each vector of `length` entries, `[s]`. */
export function energiesOf(vectors: Float32Array | Float64Array, length: number): Float64Array {
  const energies = new Float64Array(vectors.length / length);
  for (let vector = 0, at = 0; vector < energies.length; vector++) {
    let sum = 0;
    for (const end = at + length; at < end; at++) sum += vectors[at] * vectors[at];
    energies[vector] = sum;
  }
  return energies;
}

/** The signals with these indices. */
export function pickSignals({ length, data }: Signals, numbers: ArrayLike<number>): Signals {
  const picked = new Float32Array(numbers.length * length);
  for (let i = 0; i < numbers.length; i++) {
    picked.set(data.subarray(numbers[i] * length, (numbers[i] + 1) * length), i * length);
  }
  return { count: numbers.length, length, data: picked };
}

/** The vector scaled to unit norm; it must not be zero. */
export function unit(vector: Float32Array): Float32Array {
  const norm = Math.sqrt(vector.reduce((squares, entry) => squares + entry * entry, 0));
  return vector.map((entry) => entry / norm);
}

/** The sum of all values. */
export function sum(values: Float64Array): number {
  return values.reduce((total, value) => total + value, 0);
}
