// Some columns of a large matrix, on which a search finds its step before it rounds the whole matrix.
import type { Matrix } from '@gcompress/core';
import type { Search } from './search-terms.ts';

/** Entries of a sample; smaller ones spend too large a part of their bits on adapting the coder. */
const ENTRIES = 2 ** 15;
/** The fewest columns of a sample. */
const COLUMNS = 8;
/** A matrix with fewer entries for each entry of its sample is searched as a whole. */
const LEAST_SAVED = 4;

/** A part of a search. */
export interface Sample {
  readonly matrix: Matrix;
  readonly search: Search;
  /** Takes the entries of the sample out of an array of all entries. */
  entriesOf(all: Int32Array): Int32Array;
}

/** Every k-th column of a matrix, with the same part of the bits; undefined for a matrix that is too small for it. */
export function sampledColumns(matrix: Matrix, search: Search): Sample | undefined {
  const { shape, data } = matrix;
  const [rows, columns] = shape;
  const count = Math.max(COLUMNS, Math.ceil(ENTRIES / rows));
  if (count * LEAST_SAVED > columns) return undefined;
  const chosen = Int32Array.from({ length: count }, (_, at) => Math.floor(((at + 0.5) * columns) / count));
  const pick = <A extends Float32Array | Int32Array>(all: A, into: A): A => {
    for (let row = 0, at = 0; row < rows; row++) {
      for (let i = 0; i < count; i++, at++) into[at] = all[row * columns + chosen[i]];
    }
    return into;
  };
  const { scales, weights, bits } = search;
  return {
    matrix: { shape: [rows, count], data: pick(data, new Float32Array(rows * count)) },
    search: {
      ...search,
      scales: Float64Array.from(chosen, (column) => scales[column]),
      weights: weights.length === 1 ? weights : pick(weights, new Float32Array(rows * count)),
      bits: (bits * count) / columns,
    },
    entriesOf: (all) => pick(all, new Int32Array(rows * count)),
  };
}
